"""What changed on an initiative since the last word on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils import timezone

from kpis.scoring.week import LabelsMoved, TasksMoved, WeekFact, week_facts
from kpis.selectors.snapshots import readiness_document
from projects.models import (
    Initiative,
    LabelingSnapshot,
    LabelingState,
    MoveKind,
    SprintMove,
    Task,
    TaskStatus,
    Update,
)

WITHOUT_A_WORD: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """The facts that changed from `since` on, and the health that is computed now."""

    since: datetime
    facts: list[WeekFact]
    health: str


def week_of(initiative: Initiative) -> Week:
    """Return what changed since the last word, or in the last seven days where there is none, in five queries."""
    now = timezone.now()
    last = Update.objects.filter(initiative=initiative).order_by("-at", "-id").values_list("at", flat=True).first()
    since = last or max(now - WITHOUT_A_WORD, initiative.created_at)
    old, new = readiness_document(initiative, since), readiness_document(initiative)
    return Week(since, week_facts(old, new, _labels(initiative, since), _tasks(initiative, since)), new["health"])


def _labels(initiative: Initiative, since: datetime) -> LabelsMoved:
    """Return what is labeled in the projects that count and what was pushed, then and now, in one query."""
    counts = Q(project=None) | Q(project__state=LabelingState.ACTIVE)
    rows = LabelingSnapshot.objects.filter(counts, initiative=initiative)

    def newest(until: Q) -> Q:
        found = rows.filter(until).order_by("project_id", "-time", "-id").distinct("project_id")
        return Q(pk__in=found.values("pk"))

    then, now = newest(Q(time__lte=since)), newest(Q())
    summed = LabelingSnapshot.objects.filter(then | now).aggregate(
        before=Sum("labeled", filter=then, default=0),
        now=Sum("labeled", filter=now, default=0),
        total=Sum("total", filter=now, default=0),
    )
    return LabelsMoved(**summed)


def _tasks(initiative: Initiative, since: datetime) -> TasksMoved:
    carried = SprintMove.objects.filter(task=OuterRef("pk"), kind=MoveKind.ROLLED_OVER, at__gt=since)
    rows = Task.objects.filter(initiative=initiative, deleted_at=None).annotate(carried=Exists(carried))
    found = rows.aggregate(
        done=Count("pk", filter=Q(status=TaskStatus.DONE, done_at__gt=since)),
        added=Count("pk", filter=Q(created_at__gt=since)),
        rolled_over=Count("pk", filter=Q(carried=True)),
        open=Count("pk", filter=Q(status__in=(TaskStatus.TODO, TaskStatus.DOING))),
    )
    return TasksMoved(**found)
