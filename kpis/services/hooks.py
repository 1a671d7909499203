"""Webhooks: made, changed, paused, given another secret, tried, removed; and what they were told, told again."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet
from django.http import Http404
from django.utils import timezone

from kpis.models import EventType, Hook, HookDelivery, HookDeliveryState, HookEvent, HookState
from kpis.models.hooks import TEST_TYPE
from kpis.services.hook_events import tell
from kpis.services.hook_pauses import pause, resume
from kpis.services.webhooks import host_of
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace
from mltrack.accounts.services.audit import record_audit
from projects.models.secrets import seal

MOST: Final = 20
LONGEST_NAME: Final = 120
OLD_SECRET_FOR: Final = timedelta(hours=24)
"""How long both signatures are sent after the secret was changed."""
_BYTES: Final = 32
_OPEN: Final = (HookDeliveryState.WAITING, HookDeliveryState.SENDING)


def hooks_of(principal: Principal) -> QuerySet[Hook]:
    """Return the webhooks of the workspace."""
    return Hook.objects.filter(workspace=principal.workspace).select_related("workspace", "author")


def hook_of(principal: Principal, public_id: str, *, lock: bool = False) -> Hook:
    """Return a webhook of the workspace. Raises Http404 for another's."""
    rows = hooks_of(principal).filter(public_id=public_id)
    found = (rows.select_for_update(of=("self",), no_key=True) if lock else rows).first()
    if found is None:
        raise Http404("No such webhook here.")
    return found


def deliveries_of(hook: Hook) -> QuerySet[HookDelivery]:
    """Return what a webhook was told or is to be told, with the events."""
    return hook.deliveries.select_related("event")


@transaction.atomic
def create_hook(principal: Principal, *, name: str, url: str, events: Collection[str]) -> tuple[Hook, str]:
    """Return a new webhook and its secret, which is shown once. Raises ValidationError by field, and for a 21st."""
    Workspace.objects.select_for_update(no_key=True).get(pk=principal.workspace.pk)
    if hooks_of(principal).count() >= MOST:
        raise ValidationError(f"A workspace has at most {MOST} webhooks: remove one first.")
    secret = _new_secret()
    hook = Hook(workspace=principal.workspace, author=principal.user, sealed_secret=seal(secret))
    _set(hook, {"name": name, "url": url, "events": events})
    hook.save()
    record_audit(principal, "create", "webhook", hook.public_id, after=_told(hook))
    return hook, secret


@transaction.atomic
def change_hook(principal: Principal, public_id: str, changes: Mapping[str, Any]) -> Hook:
    """Change name, url, events or active; the rest stays. What waits goes to the new address.

    Switched off it is told nothing, and what waits is ended. Raises ValidationError by field, Http404.
    """
    hook = hook_of(principal, public_id, lock=True)
    before = _told(hook)
    _set(hook, changes)
    hook.save(update_fields=["name", "sealed_url", "host", "events"])
    is_active = hook.state == HookState.ACTIVE
    if changes.get("active", is_active) != is_active:
        (pause if is_active else resume)(hook)
    after = {**_told(hook), **({"url": "changed"} if changes.get("url") else {})}
    if after != before:
        record_audit(principal, "edit", "webhook", hook.public_id, before=before, after=after)
    return hook


@transaction.atomic
def remove_hook(principal: Principal, public_id: str) -> None:
    """Remove a webhook with what was kept of it. Raises Http404."""
    hook = hook_of(principal, public_id, lock=True)
    before = _told(hook)
    hook.delete()
    record_audit(principal, "delete", "webhook", public_id, before=before)


@transaction.atomic
def rotate_hook(principal: Principal, public_id: str) -> tuple[Hook, str]:
    """Give a webhook another secret and return it, which is shown once; for a day the old one signs, too.

    Raises Http404.
    """
    hook, secret = hook_of(principal, public_id, lock=True), _new_secret()
    hook.sealed_old_secret, hook.sealed_secret = hook.sealed_secret, seal(secret)
    hook.old_secret_until = timezone.now() + OLD_SECRET_FOR
    hook.save(update_fields=["sealed_old_secret", "sealed_secret", "old_secret_until"])
    record_audit(principal, "rotate", "webhook", hook.public_id)
    return hook, secret


@transaction.atomic
def try_hook(principal: Principal, public_id: str) -> HookDelivery:
    """Have an event of the type `webhook.test` sent within seconds, whichever types are wanted.

    Raises ValidationError while it is paused or another such event is on its way, Http404.
    """
    hook = _active(principal, public_id)
    if hook.deliveries.filter(event__type=TEST_TYPE, state__in=_OPEN).exists():
        raise ValidationError("A test is on its way already.")
    now = timezone.now()
    data = {"workspace": principal.workspace.key, "webhook": hook.public_id}
    event = HookEvent(workspace=principal.workspace, type=TEST_TYPE, data=data, at=now)
    event.once_key = f"test {event.public_id}"
    event.save()
    return tell(event, [hook])[0]


@transaction.atomic
def replay(principal: Principal, public_id: str, delivery_id: str) -> HookDelivery:
    """Have an event sent again under its id, and return the new delivery.

    Raises ValidationError while it is paused or the same event is on its way, Http404.
    """
    hook = _active(principal, public_id)
    found = deliveries_of(hook).filter(public_id=delivery_id).first()
    if found is None:
        raise Http404("No such delivery here.")
    same = hook.deliveries.filter(event=found.event)
    if same.filter(state__in=_OPEN).exists():
        raise ValidationError("This event is on its way already.")
    last: int = same.aggregate(last=Max("number"))["last"]
    made = tell(found.event, [hook], number=last + 1)[0]
    record_audit(principal, "replay", "webhook", hook.public_id, after={"delivery": found.public_id})
    return made


def _active(principal: Principal, public_id: str) -> Hook:
    hook = hook_of(principal, public_id, lock=True)
    if hook.state != HookState.ACTIVE:
        raise ValidationError("The webhook is paused: switch it on first.")
    return hook


def _new_secret() -> str:
    """Return a secret as Standard Webhooks writes it: `whsec_` and 32 random bytes in base64."""
    return f"whsec_{b64encode(secrets.token_bytes(_BYTES)).decode()}"


def _set(hook: Hook, given: Mapping[str, Any]) -> None:
    if "name" in given:
        hook.name = given["name"].strip()
        if not hook.name or len(hook.name) > LONGEST_NAME:
            raise ValidationError({"name": f"Give a name of 1 to {LONGEST_NAME} characters."})
    if given.get("url") or not hook.sealed_url:
        url = given.get("url", "")
        hook.host, hook.sealed_url = host_of(url, "url"), seal(url)
    if "events" in given:
        wanted = set(given["events"])
        if not wanted or not wanted <= set(EventType.values):
            raise ValidationError({"events": f"Name at least one of {', '.join(EventType.values)}."})
        hook.events = sorted(wanted)


def _told(hook: Hook) -> dict[str, Any]:
    return {"name": hook.name, "host": hook.host, "events": hook.events, "state": hook.state}
