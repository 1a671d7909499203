"""Subscriptions: made, changed, muted, switched off, sent at once, ended. Each is its member's own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from kpis.models import Channel, Subscription, SubscriptionDelivery
from kpis.models.subscriptions import EVERY_DAY
from kpis.selectors.shareable import named_view
from kpis.services.webhooks import host_of
from mltrack.accounts.access import Principal, require
from mltrack.accounts.models import Member
from mltrack.accounts.policy import Power
from mltrack.accounts.services.audit import record_audit
from mltrack.days import ZONES
from projects.models.secrets import seal

MOST: Final = 50
ASKED_AT_ONCE: Final = 3
ASKED_WITHIN: Final = timedelta(minutes=10)
POST: Final = Power.ATTEST
"""What whoever has views posted to a channel must be able to do, now and whenever it is due."""
SALT: Final = "mltrack.subscription-off"
_LONGEST: Final = 200
WHEN: Final = frozenset({"weekdays", "hour", "zone"})


def subscriptions_of(principal: Principal) -> QuerySet[Subscription]:
    """Return the person's own subscriptions here."""
    rows = Subscription.objects.filter(workspace=principal.workspace, member__user=principal.user)
    return rows.select_related("workspace", "member__user")


def subscription_of(principal: Principal, public_id: str, *, lock: bool = False) -> Subscription:
    """Return one of the person's own subscriptions. Raises Http404 for another's."""
    rows = subscriptions_of(principal).filter(public_id=public_id)
    found = (rows.select_for_update(of=("self",), no_key=True) if lock else rows).first()
    if found is None or principal.user is None:
        raise Http404("No such subscription.")
    return found


@transaction.atomic
def subscribe(
    principal: Principal,
    *,
    kind: str,
    target: str = "",
    query: str = "",
    channel: str = Channel.MAIL,
    secret_url: str = "",
    weekdays: Collection[int] = (0,),
    hour: int = 8,
    zone: str = "",
    only_if_changed: bool = False,
) -> Subscription:
    """Return a new subscription, first due at the next of its hours; `zone` is the workspace's where none is given.

    Raises ValidationError by field, PermissionDenied for a viewer who names a channel.
    """
    view = named_view(principal, kind, target, query)
    if channel not in Channel.values:
        raise ValidationError({"channel": f"A channel is one of {', '.join(Channel.values)}."})
    member = Member.objects.select_for_update(no_key=True).get(workspace=principal.workspace, user=principal.user)
    if Subscription.objects.filter(member=member).count() >= MOST:
        raise ValidationError(f"A person has at most {MOST} subscriptions: end one first.")
    row = Subscription(**view.fields, member=member, channel=channel, only_if_changed=only_if_changed)
    _set_when(row, {"weekdays": weekdays, "hour": hour, "zone": zone or principal.workspace.zone})
    _set_url(principal, row, secret_url)
    row.save()
    after = {"view": view.title, "query": row.query, "channel": channel, "host": row.host}
    record_audit(principal, "create", "subscription", row.public_id, after=after)
    return row


@transaction.atomic
def change_subscription(principal: Principal, public_id: str, changes: Mapping[str, Any]) -> Subscription:
    """Change weekdays, hour, zone, only_if_changed, muted_until, secret_url or active of one's own; the rest stays.

    With another time it is due anew from now on. Raises ValidationError by field, Http404 for another's.
    """
    row = subscription_of(principal, public_id, lock=True)
    before = {"hour": row.hour, "zone": row.zone, "weekdays": row.weekdays, "active": row.next_at is not None}
    for name in ("only_if_changed", "muted_until"):
        if name in changes:
            setattr(row, name, changes[name])
    if changes.get("secret_url"):
        _set_url(principal, row, changes["secret_url"])
    is_active = changes.get("active", row.next_at is not None)
    if any(name in changes for name in WHEN) or is_active != (row.next_at is not None):
        kept = {name: getattr(row, name) for name in WHEN}
        _set_when(row, {**kept, **{name: changes[name] for name in WHEN if name in changes}})
    if not is_active:
        row.next_at = None
    row.save()
    after = {"hour": row.hour, "zone": row.zone, "weekdays": row.weekdays, "active": row.next_at is not None}
    record_audit(principal, "edit", "subscription", row.public_id, before=before, after=after)
    return row


def mute(principal: Principal, public_id: str, until: date | None) -> Subscription:
    """Send nothing until the end of a day in its zone; with None it is sent again."""
    return change_subscription(principal, public_id, {"muted_until": until})


@transaction.atomic
def unsubscribe(principal: Principal, public_id: str) -> None:
    """End one's own subscription, with what was kept of it. Raises Http404 for another's."""
    row = subscription_of(principal, public_id, lock=True)
    row.delete()
    record_audit(principal, "delete", "subscription", public_id, before={"channel": row.channel, "host": row.host})


@transaction.atomic
def ask_now(principal: Principal, public_id: str) -> SubscriptionDelivery:
    """Have one's own subscription sent within seconds, changed or not.

    Raises ValidationError for a fourth in ten minutes.
    """
    row = subscription_of(principal, public_id, lock=True)
    now = timezone.now()
    if row.deliveries.filter(asked=True, period__gt=now - ASKED_WITHIN).count() >= ASKED_AT_ONCE:
        raise ValidationError("Three were asked for in the last ten minutes: wait a little.")
    return SubscriptionDelivery.objects.create(subscription=row, period=now, asked=True, next_try_at=now)


def off_path(row: Subscription) -> str:
    """Return the path that switches a subscription off without signing in."""
    return f"/subscriptions/{signing.dumps([row.public_id], salt=SALT)}/off/"


def read_off(token: str) -> Subscription:
    """Return the subscription of such a path. Raises Http404 for one that was not signed here."""
    try:
        [public_id] = signing.loads(token[:_LONGEST], salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Http404("No such subscription.") from error
    found = Subscription.objects.select_related("workspace").filter(public_id=str(public_id)).first()
    if found is None:
        raise Http404("No such subscription.")
    return found


def switch_off(row: Subscription) -> None:
    """Switch a subscription off until its member switches it on again; once more changes nothing."""
    Subscription.objects.filter(pk=row.pk).update(next_at=None)


def _set_when(row: Subscription, when: Mapping[str, Any]) -> None:
    days = sorted({int(each) for each in when["weekdays"]})
    if not days or not set(days) <= set(EVERY_DAY):
        raise ValidationError({"weekdays": "Name at least one day, 0 (Monday) to 6."})
    if not 0 <= when["hour"] <= 23:
        raise ValidationError({"hour": "An hour is 0 to 23."})
    if when["zone"] not in ZONES:
        raise ValidationError({"zone": "Name a time zone as Europe/Berlin."})
    row.weekdays, row.hour, row.zone = days, when["hour"], when["zone"]
    row.next_at = row.times().next(timezone.now())


def _set_url(principal: Principal, row: Subscription, url: str) -> None:
    if row.channel == Channel.MAIL:
        if url:
            raise ValidationError({"secret_url": "A mail goes to your own address: it has no webhook."})
        return
    require(principal, POST)
    row.host = host_of(url)
    row.sealed_secret = seal(url)
