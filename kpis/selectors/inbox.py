"""A person's inbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from kpis.models import AlertMute, Notice
from mltrack.accounts.access import Principal

Part = Literal["unread", "snoozed", "all"]
PARTS: Final[tuple[Part, ...]] = ("unread", "snoozed", "all")
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Inbox:
    """Up to a hundred notices, newest first, each with `is_muted`, and how many there are of each part."""

    rows: Sequence[Notice]
    counts: dict[Part, int]


def notices_of(principal: Principal) -> QuerySet[Notice]:
    """Return a person's notices here, newest first."""
    own = Notice.objects.filter(member__workspace=principal.workspace, member__user=principal.user)
    return own.select_related("episode__alert__kpi__workspace").order_by("-created_at", "-id")


def inbox(principal: Principal, part: Part, now: datetime | None = None) -> Inbox:
    """Return one part of a person's inbox, in two queries."""
    now, own = now or timezone.now(), notices_of(principal)
    tests = {
        "unread": Q(read_at=None) & (Q(snoozed_until=None) | Q(snoozed_until__lte=now)),
        "snoozed": Q(read_at=None, snoozed_until__gt=now),
        "all": Q(),
    }
    muted = AlertMute.objects.filter(alert=OuterRef("episode__alert"), member=OuterRef("member"))
    counts = own.order_by().aggregate(
        unread=Count("pk", filter=tests["unread"]), snoozed=Count("pk", filter=tests["snoozed"]), all=Count("pk")
    )
    rows = list(own.filter(tests[part]).annotate(is_muted=Exists(muted))[:MOST])
    return Inbox(rows, {name: counts[name] for name in PARTS})
