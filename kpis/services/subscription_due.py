"""Which subscriptions are due: each time becomes one row, committed before anything is sent."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from kpis.models import DeliveryState, Subscription, SubscriptionDelivery
from kpis.selectors.due_mails import LATEST
from kpis.services.period_mails import GIVEN_UP, UNKNOWN
from kpis.services.reminders import TOO_LATE
from mltrack.days import day_in

AT_ONCE: Final = 500
KEPT: Final = 100


@transaction.atomic
def plan_due() -> int:
    """Write a row for each subscription that is due, and when it is due next; return how many rows there are.

    What another process holds is left to it. A time that is muted leaves no row; one of more than half a day ago is not
    sent any more; of several that were missed the last one counts.
    """
    now = timezone.now()
    due = Subscription.objects.select_for_update(skip_locked=True, no_key=True).filter(next_at__lte=now)
    rows = list(due.order_by("next_at", "pk")[:AT_ONCE])
    made = [_delivery(each, each.times().last(now), now) for each in rows]
    SubscriptionDelivery.objects.bulk_create([each for each in made if each is not None], ignore_conflicts=True)
    for each in rows:
        each.next_at = each.times().next(now)
    Subscription.objects.bulk_update(rows, ["next_at"])
    return sum(each is not None for each in made)


def _delivery(row: Subscription, period: datetime, now: datetime) -> SubscriptionDelivery | None:
    if row.muted_until is not None and day_in(row.zone, period) <= row.muted_until:
        return None
    made = SubscriptionDelivery(subscription=row, period=period, next_try_at=now)
    if now - period > LATEST:
        made.state, made.error, made.ended_at = DeliveryState.NOT_SENT, TOO_LATE, now
    return made


def waiting_deliveries() -> list[int]:
    """Return what is to be sent now, the oldest first."""
    rows = SubscriptionDelivery.objects.filter(state=DeliveryState.WAITING, next_try_at__lte=timezone.now())
    return list(rows.order_by("next_try_at", "pk").values_list("pk", flat=True)[:AT_ONCE])


def give_up_broken_off() -> int:
    """Mark what broke off while it was sent as not sent, since it may have arrived; return how many there were."""
    now = timezone.now()
    stuck = SubscriptionDelivery.objects.filter(state=DeliveryState.SENDING, claimed_at__lt=now - GIVEN_UP)
    return stuck.update(state=DeliveryState.NOT_SENT, error=UNKNOWN, ended_at=now)


def drop_old_sendings() -> int:
    """Forget all but the newest hundred of each subscription; return how many."""
    dropped = 0
    for row in Subscription.objects.only("pk").iterator():
        old = row.deliveries.order_by("-period").values_list("period", flat=True)[KEPT : KEPT + 1]
        for period in old:
            ended = Q(state__in=(DeliveryState.WAITING, DeliveryState.SENDING))
            dropped += row.deliveries.filter(~ended, period__lte=period).delete()[0]
    return dropped
