"""KPIs as lists and pages show them: value, movement, attainment, pace, and what is expected of whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from kpis.models import KPI, Contribution, Goal, Reading
from kpis.models.kpis import GoalState
from kpis.scoring.attainment import Pace, attainment, pace
from kpis.selectors.facts import goal_facts
from kpis.selectors.periods import SPARK, PeriodValue, is_late, period_values, standing, with_gaps
from mltrack.accounts.access import Principal

HISTORY = 400


@dataclass(frozen=True, slots=True)
class KpiStanding:
    """Where a KPI stands. `before` is the value of the period before, `delta` the movement since, in its unit.

    `start` and `before_start` are the first days of the two periods in the KPI's zone, `today` is its date. `late`
    says that a reading is overdue. `spark` are the last 26 periods, None where one is missing.
    """

    kpi: KPI
    goal: Goal | None
    waiting: Goal | None
    value: float | None
    at: datetime | None
    before: float | None
    delta: float | None
    attainment: float | None
    pace: Pace | None
    late: bool
    spark: tuple[float | None, ...]
    start: date | None
    before_start: date | None
    today: date


@dataclass(frozen=True, slots=True)
class KpiDetail:
    """A KPI's page: where it stands, its history by period, every version of its goal, and its contributions."""

    standing: KpiStanding
    history: tuple[PeriodValue, ...]
    goals: tuple[Goal, ...]
    contributions: tuple[Contribution, ...]
    segments: tuple[str, ...]


def kpis_of(principal: Principal, *, archived: bool = False) -> QuerySet[KPI]:
    """Return the workspace's KPIs by key with owner and open goals, for `standings`."""
    rows = KPI.objects.filter(workspace=principal.workspace, archived_at__isnull=not archived)
    return with_goals(rows).order_by("key")


def with_goals(rows: QuerySet[KPI]) -> QuerySet[KPI]:
    """Return KPIs with the goals that are in force or wait as `open_goals`."""
    states = (GoalState.ACTIVE, GoalState.PROPOSED)
    goals = Goal.objects.filter(state__in=states).select_related("author")
    return rows.select_related("owner", "workspace").prefetch_related(Prefetch("goals", goals, to_attr="open_goals"))


def standings(kpis: Sequence[KPI]) -> list[KpiStanding]:
    """Return where each of these KPIs (see `kpis_of`) stands, in one further query."""
    periods = period_values([kpi.pk for kpi in kpis])
    now = timezone.now()
    return [_standing(kpi, periods.get(kpi.pk, []), now) for kpi in kpis]


def kpi_detail(kpi: KPI) -> KpiDetail:
    """Return all that a KPI's page shows, in six queries; the history has at most 400 periods."""
    found = with_goals(KPI.objects.filter(pk=kpi.pk)).get()
    values = period_values([kpi.pk], HISTORY).get(kpi.pk, [])
    goals = Goal.objects.filter(kpi=kpi).select_related("author", "approver").order_by("number")
    ties = Contribution.objects.filter(kpi=kpi).select_related(
        "kpi", "bridge", "initiative__workspace", "initiative__owner"
    )
    segments = Reading.objects.filter(kpi=kpi).exclude(segment="").order_by("segment").values_list("segment", flat=True)
    return KpiDetail(
        standing=_standing(found, values, timezone.now()),
        history=tuple(values),
        goals=tuple(goals),
        contributions=tuple(ties.order_by("initiative__key")),
        segments=tuple(segments.distinct()[:200]),
    )


def readings_of(kpi: KPI, segment: str | None = None) -> QuerySet[Reading]:
    """Return the raw readings, newest first; of one segment when given."""
    rows = Reading.objects.filter(kpi=kpi)
    return (rows if segment is None else rows.filter(segment=segment)).order_by("-time", "-id")


def _standing(kpi: KPI, values: list[PeriodValue], now: datetime) -> KpiStanding:
    open_goals: list[Goal] = getattr(kpi, "open_goals", [])
    goal = next((each for each in open_goals if each.state == GoalState.ACTIVE), None)
    at = standing(kpi, values, now)
    earlier = [each for each in values if at is not None and each.start < at.start]
    before = earlier[-1].value if earlier else None
    today = now.astimezone(ZoneInfo(kpi.zone)).date()
    value = at.value if at else None
    facts = goal_facts(kpi.direction, goal)
    return KpiStanding(
        kpi=kpi,
        goal=goal,
        waiting=next((each for each in open_goals if each.state == GoalState.PROPOSED), None),
        value=value,
        at=at.time if at else None,
        before=before,
        delta=None if value is None or before is None else value - before,
        attainment=attainment(facts, value),
        pace=pace(facts, value, today),
        late=is_late(kpi, values, now),
        spark=tuple(with_gaps(kpi, values[-SPARK:])),
        start=at.start if at else None,
        before_start=earlier[-1].start if earlier else None,
        today=today,
    )
