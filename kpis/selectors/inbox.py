"""A person's inbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.utils import timezone

from kpis.models import AlertMute, FindingMute, Notice
from mltrack.accounts.access import Principal
from projects.models import Finding

Part = Literal["unread", "snoozed", "all"]
PARTS: Final[tuple[Part, ...]] = ("unread", "snoozed", "all")
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Inbox:
    """Up to a hundred notices, newest first, each with `is_muted`, and how many there are of each part."""

    rows: Sequence[Notice]
    counts: dict[Part, int]


def notices_of(principal: Principal) -> QuerySet[Notice]:
    """Return a person's notices here, newest first.

    Those about a cause have `keys`, the initiatives that it hits, and `findings`, each an id, their own first.
    """
    with_parts = _own(principal).annotate(keys=_hit("initiative__key"), findings=_hit("public_id"))
    return with_parts.select_related("episode__alert__kpi__workspace", "cause").order_by("-created_at", "-id")


def inbox(principal: Principal, part: Part, now: datetime | None = None) -> Inbox:
    """Return one part of a person's inbox, in two queries."""
    now = now or timezone.now()
    tests = {
        "unread": Q(read_at=None) & (Q(snoozed_until=None) | Q(snoozed_until__lte=now)),
        "snoozed": Q(read_at=None, snoozed_until__gt=now),
        "all": Q(),
    }
    muted = AlertMute.objects.filter(alert=OuterRef("episode__alert"), member=OuterRef("member"))
    of_source = Q(source=OuterRef("cause__source")) & (Q(name="") | Q(name=OuterRef("cause__name")))
    hidden = FindingMute.objects.filter(Q(cause=OuterRef("cause__cause")) | of_source, member=OuterRef("member"))
    counts = _own(principal).aggregate(
        unread=Count("pk", filter=tests["unread"]), snoozed=Count("pk", filter=tests["snoozed"]), all=Count("pk")
    )
    found = notices_of(principal).filter(tests[part]).annotate(is_muted=Exists(muted), is_hidden=Exists(hidden))
    rows = list(found[:MOST])
    return Inbox(rows, {name: counts[name] for name in PARTS})


def _own(principal: Principal) -> QuerySet[Notice]:
    return Notice.objects.filter(member__workspace=principal.workspace, member__user=principal.user)


def finding_of_notice(notice: Notice) -> tuple[str, list[str]]:
    """Return a finding of a notice's cause, one that its member owns where there is one, and all keys that it hits."""
    parts = Notice.objects.filter(pk=notice.pk).annotate(keys=_hit("initiative__key"), findings=_hit("public_id"))
    keys, findings = parts.values_list("keys", "findings").get()
    return (findings[0] if findings else ""), sorted(keys)


def _hit(field: str) -> ArraySubquery:
    """Return a field of the findings of a notice's cause, those of the member's own initiatives first."""
    linked = Finding.objects.filter(told__episode=OuterRef("cause"))
    own = ExpressionWrapper(Q(initiative__owner=OuterRef("member__user")), BooleanField())
    return ArraySubquery(linked.annotate(is_own=own).order_by("-is_own", "initiative__key", "id").values(field))
