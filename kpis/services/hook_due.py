"""Which webhooks have something to be sent, what broke off meanwhile, and what is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from kpis.models import Hook, HookDelivery, HookDeliveryState, HookState
from kpis.scoring.hook_tries import PAUSES
from kpis.services.hook_sending import PLACES, sending_of_failing
from mltrack.batches import MOST, delete_in_batches

AT_ONCE: Final = 500
GIVEN_UP: Final = timedelta(minutes=3)
"""After this a try has broken off; longer than any turn of a worker."""
BROKEN_OFF: Final = "It broke off while it was being sent: it may have arrived, and is sent again with the same id."
UNKNOWN: Final = "It broke off while it was being sent: it may or may not have arrived, and is not sent again."
KEPT: Final = 500
KEPT_DAYS: Final = 30


def waiting_hooks() -> list[int]:
    """Return the webhooks that have something due and send nothing; of those that fail only as many as have room."""
    now = timezone.now()
    own = HookDelivery.objects.filter(hook=OuterRef("pk"))
    due = Hook.objects.filter(
        Q(rest_until=None) | Q(rest_until__lte=now),
        Exists(own.filter(state=HookDeliveryState.WAITING, next_try_at__lte=now)),
        ~Exists(own.filter(state=HookDeliveryState.SENDING)),
        state=HookState.ACTIVE,
    )
    sound = due.filter(failures=0).order_by("pk")[:AT_ONCE]
    places = max(0, PLACES - sending_of_failing())
    failing = due.filter(failures__gt=0).order_by("rest_until", "pk")[:places]
    return [*sound.values_list("pk", flat=True), *failing.values_list("pk", flat=True)]


def take_up_broken_off() -> int:
    """Let what broke off while it was sent be sent again, under its id; return how many there were.

    What broke off as often as it may be tried, or of a webhook that was paused meanwhile, is not sent any more.
    """
    now = timezone.now()
    stuck = HookDelivery.objects.filter(state=HookDeliveryState.SENDING, claimed_at__lt=now - GIVEN_UP)
    over = stuck.filter(~Q(hook__state=HookState.ACTIVE) | Q(attempts__gt=len(PAUSES)))
    ended = over.update(state=HookDeliveryState.NOT_SENT, error=UNKNOWN, ended_at=now)
    return ended + stuck.update(state=HookDeliveryState.WAITING, error=BROKEN_OFF, next_try_at=now)


_DELIVERIES: Final = """
DELETE FROM kpis_hookdelivery WHERE id IN (
    SELECT d.id FROM kpis_hook h
    CROSS JOIN LATERAL (
        SELECT min(n.id) AS first FROM (
            SELECT id FROM kpis_hookdelivery WHERE hook_id = h.id ORDER BY id DESC LIMIT %(kept)s) n) newest
    JOIN kpis_hookdelivery d ON d.hook_id = h.id
    WHERE d.state IN ('sent', 'not_sent')
      AND (d.id < newest.first OR d.ended_at < now() - make_interval(days => %(days)s))
    LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED)
"""
_EVENTS: Final = """
DELETE FROM kpis_hookevent WHERE id IN (
    SELECT e.id FROM kpis_hookevent e
    WHERE NOT EXISTS (SELECT FROM kpis_hookdelivery d WHERE d.event_id = e.id)
    LIMIT %(limit)s FOR UPDATE OF e SKIP LOCKED)
"""


def drop_old_hook_deliveries(most: int = MOST) -> int:
    """Forget what ended more than thirty days ago, all but the newest five hundred of a webhook, and their events.

    Return how many deliveries went.
    """
    gone = delete_in_batches(_DELIVERIES, {"kept": KEPT, "days": KEPT_DAYS}, most)
    delete_in_batches(_EVENTS, {}, most)
    return gone
