"""KPIs as lists and pages show them: value, movement, attainment, pace, and what is expected of whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from kpis.models import KPI, Contribution, Goal, Reading
from kpis.models.kpis import GoalState
from kpis.scoring.attainment import Pace, attainment, pace
from kpis.selectors.facts import goal_facts
from kpis.selectors.periods import SPARK, PeriodValue, is_late, period_values, standing, with_gaps
from mltrack.accounts.access import Principal

HISTORY = 400
MOST_SEGMENTS = 200
# DISTINCT would read the whole history; this looks up the next segment by the index, as often as there are segments.
_SEGMENTS = """
WITH RECURSIVE step (segment, number) AS (
    SELECT min(segment), 1 FROM kpis_reading WHERE kpi_id = %(kpi)s AND segment > ''
    UNION ALL
    SELECT (SELECT min(segment) FROM kpis_reading WHERE kpi_id = %(kpi)s AND segment > step.segment), number + 1
    FROM step WHERE step.segment IS NOT NULL AND number < %(most)s
)
SELECT segment FROM step WHERE segment IS NOT NULL ORDER BY number
"""
OPEN = (GoalState.ACTIVE, GoalState.PROPOSED)


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


def listed_kpis(principal: Principal, *, archived: bool = False) -> QuerySet[KPI]:
    """Return the same with only what lists and panels say of them: neither the formula, nor who set the goals."""
    rows = KPI.objects.filter(workspace=principal.workspace, archived_at__isnull=not archived)
    goals = Prefetch("goals", Goal.objects.filter(state__in=OPEN), to_attr="open_goals")
    return rows.select_related("owner", "workspace").prefetch_related(goals).order_by("key")


def with_goals(rows: QuerySet[KPI]) -> QuerySet[KPI]:
    """Return KPIs with the goals that are in force or wait as `open_goals`."""
    goals = Goal.objects.filter(state__in=OPEN).select_related("author")
    return rows.select_related("owner", "workspace", "formula").prefetch_related(
        Prefetch("goals", goals, to_attr="open_goals")
    )


def standings(kpis: Sequence[KPI], now: datetime | None = None) -> list[KpiStanding]:
    """Return where each of these KPIs (see `kpis_of`) stands, in one further query."""
    periods = period_values([kpi.pk for kpi in kpis])
    moment = now or timezone.now()
    return [_standing(kpi, periods.get(kpi.pk, []), moment) for kpi in kpis]


def histories(kpis: Sequence[KPI], counts: Mapping[int, int]) -> list[KpiDetail]:
    """Return where each of these KPIs (see `kpis_of`) stands with so many periods of its history, in one further query.

    `counts` are periods by row id. Earlier goals, contributions and segments are left empty.
    """
    periods = period_values({kpi.pk: counts[kpi.pk] for kpi in kpis})
    now = timezone.now()
    found = [(kpi, periods.get(kpi.pk, [])) for kpi in kpis]
    return [KpiDetail(_standing(kpi, values, now), tuple(values), (), (), ()) for kpi, values in found]


def stood(kpis: Sequence[KPI]) -> list[KPI]:
    """Return these KPIs (see `with_goals`), each with where it stands as `standing`, in one further query."""
    found = list(kpis)
    for kpi, where in zip(found, standings(found), strict=True):
        kpi.standing = where  # type: ignore[attr-defined]
    return found


def kpi_detail(kpi: KPI) -> KpiDetail:
    """Return all that a KPI's page shows, in four queries; the history has at most 400 periods.

    The KPI is as `kpi_of` returns it.
    """
    ties = Contribution.objects.filter(kpi=kpi).select_related(
        "kpi", "bridge", "initiative__workspace", "initiative__owner"
    )
    return _detail(kpi, ties.order_by("initiative__key"), segments_of(kpi))


def kpi_drawn(kpi: KPI) -> KpiDetail:
    """Return what a KPI's figure shows, in three queries: without segments, contributions without their initiatives."""
    return _detail(kpi, Contribution.objects.filter(kpi=kpi), ())


def _detail(kpi: KPI, ties: QuerySet[Contribution], segments: tuple[str, ...]) -> KpiDetail:
    values = period_values([kpi.pk], HISTORY).get(kpi.pk, [])
    goals = list(Goal.objects.filter(kpi=kpi).select_related("author", "approver").order_by("number"))
    kpi.open_goals = [each for each in goals if each.state in OPEN]  # type: ignore[attr-defined]
    return KpiDetail(_standing(kpi, values, timezone.now()), tuple(values), tuple(goals), tuple(ties), segments)


def segments_of(kpi: KPI) -> tuple[str, ...]:
    """Return the first 200 segments by name, the whole aside, in one query that steps from one to the next."""
    with connection.cursor() as cursor:
        cursor.execute(_SEGMENTS, {"kpi": kpi.pk, "most": MOST_SEGMENTS})
        return tuple(segment for (segment,) in cursor.fetchall())


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
