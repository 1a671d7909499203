"""Sending what waits for one webhook, one after the other: each claimed and committed, sent, then said how it went.

What failed is tried again with growing pauses, under the same id: a receiver tells a repetition by its `webhook-id`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.utils import timezone
from standardwebhooks import Webhook

from kpis.models import Hook, HookDelivery, HookDeliveryState, HookState
from kpis.scoring.hook_tries import has_failed_too_long, rest_after, wait_after
from kpis.services.hook_pauses import PAUSED, pause
from kpis.services.webhooks import NotPosted, post_signed
from mltrack.accounts.access import system_principal
from mltrack.accounts.services.audit import record_audit
from mltrack.failpoints import failpoint
from mltrack.json_text import json_bytes
from mltrack.logs.redaction import hide
from projects.models.secrets import SecretUnreadable, unseal

logger = structlog.stdlib.get_logger(__name__)
PATIENCE: Final = 10.0
"""Seconds in which a receiver must have answered."""
TURN: Final = 30.0
"""Seconds after which a webhook that has more to be sent gives its place to others."""
PLACES: Final = 4
"""How many webhooks that fail are tried at once, so that those that work have room."""
GONE: Final = 410
_TROUBLE: Final = 240


@dataclass(frozen=True, slots=True)
class _Tried:
    """How a try ended: the status where there was one, why it failed, and how many seconds the receiver asks for."""

    status: int | None = None
    error: str = ""
    after: float | None = None


def send_hook(hook_id: int) -> list[HookDelivery]:
    """Send what is due to a webhook, the oldest first, until one fails; return what was tried. Safe to run twice.

    Call it outside a transaction: each claim is committed before anything goes out.
    """
    done: list[HookDelivery] = []
    ends = time.monotonic() + TURN
    while time.monotonic() < ends and (row := _claimed(hook_id)) is not None:
        failpoint("hook.after_claim")
        tried = _tried(row)
        failpoint("hook.after_send")
        done.append(_kept(row, tried))
        if tried.error:
            break
    return done


def sending_of_failing() -> int:
    """Return how many webhooks that failed last are being tried at the moment."""
    return HookDelivery.objects.filter(state=HookDeliveryState.SENDING, hook__failures__gt=0).count()


@transaction.atomic
def _claimed(hook_id: int) -> HookDelivery | None:
    """Claim the oldest that is due; None where nothing is, the webhook rests or is paused, or somebody else sends."""
    now = timezone.now()
    free = Hook.objects.select_for_update(skip_locked=True, no_key=True)
    hook = free.filter(pk=hook_id, state=HookState.ACTIVE).first()
    if hook is None or (hook.rest_until is not None and hook.rest_until > now):
        return None
    if hook.deliveries.filter(state=HookDeliveryState.SENDING).exists():
        return None
    if hook.failures and sending_of_failing() >= PLACES:
        return None
    due = hook.deliveries.filter(state=HookDeliveryState.WAITING, next_try_at__lte=now)
    row = due.select_related("event").order_by("pk").first()
    if row is not None:
        row.hook = hook
        row.state, row.claimed_at, row.attempts = HookDeliveryState.SENDING, now, row.attempts + 1
        row.save(update_fields=["state", "claimed_at", "attempts"])
    return row


def _tried(row: HookDelivery) -> _Tried:
    event, now = row.event, timezone.now()
    at = event.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = json_bytes({"type": event.type, "timestamp": at, "data": event.data})
    try:
        signature = _signature(row.hook, event.public_id, now, body.decode())
    except SecretUnreadable as error:
        return _Tried(error=str(error))
    headers = {
        "Content-Type": "application/json",
        "webhook-id": event.public_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    try:
        return _Tried(status=post_signed(row.hook.sealed_url, body, headers, PATIENCE))
    except NotPosted as error:
        return _Tried(error.status, str(error), error.after)


def _signature(hook: Hook, message_id: str, now: datetime, text: str) -> str:
    """Return the signatures of a message, the newest secret's first, as Standard Webhooks says."""
    sealed = [hook.sealed_secret]
    if hook.old_secret_until is not None and hook.old_secret_until > now:
        sealed.append(hook.sealed_old_secret)
    secrets = [unseal(each) for each in sealed]
    hide(*secrets)
    return " ".join(Webhook(each).sign(message_id, now, text) for each in secrets)


@transaction.atomic
def _kept(row: HookDelivery, tried: _Tried) -> HookDelivery:
    """Keep how a try went, unless it took so long that it counts as broken off."""
    now = timezone.now()
    held = Hook.objects.select_for_update(of=("self",), no_key=True).select_related("workspace")
    hook = held.filter(pk=row.hook_id).first()
    own = HookDelivery.objects.filter(pk=row.pk, state=HookDeliveryState.SENDING, attempts=row.attempts)
    if hook is None or not own.exists():
        return row
    row.status, row.error = tried.status, tried.error[:300]
    if not tried.error:
        row.state, row.ended_at = HookDeliveryState.SENT, now
        row.save(update_fields=["state", "status", "error", "ended_at"])
        hook.failures, hook.failing_since, hook.rest_until, hook.last_ok_at = 0, None, None, now
        hook.save(update_fields=["failures", "failing_since", "rest_until", "last_ok_at"])
        return row
    _put_off(row, hook, tried, now)
    _keep_failure(hook, tried, now)
    return row


def _put_off(row: HookDelivery, hook: Hook, tried: _Tried, now: datetime) -> None:
    wait = wait_after(row.attempts, tried.after)
    if wait is not None and hook.state == HookState.ACTIVE:
        row.state, row.next_try_at = HookDeliveryState.WAITING, now + timedelta(seconds=wait)
    else:
        row.state, row.ended_at = HookDeliveryState.NOT_SENT, now
        told = f"Given up after {row.attempts} tries:" if wait is None else PAUSED
        row.error = f"{told} {tried.error[:_TROUBLE]}"
    row.save(update_fields=["state", "status", "error", "next_try_at", "ended_at"])


def _keep_failure(hook: Hook, tried: _Tried, now: datetime) -> None:
    hook.failures, hook.failing_since = hook.failures + 1, hook.failing_since or now
    hook.rest_until = now + timedelta(seconds=rest_after(hook.failures, tried.after))
    hook.save(update_fields=["failures", "failing_since", "rest_until"])
    logger.warning("webhook failed", hook=hook.public_id, failures=hook.failures, status=tried.status)
    if hook.state != HookState.ACTIVE:
        return
    reason = ""
    if tried.status == GONE:
        reason = "The receiver says that it is gone (410)."
    elif has_failed_too_long(hook.failing_since, now):
        reason = f"Nothing arrived for five days. {tried.error[:_TROUBLE]}"
    if reason:
        pause(hook, reason)
        record_audit(system_principal(hook.workspace), "pause", "webhook", hook.public_id, reason=reason)
