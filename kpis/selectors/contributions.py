"""KPIs that initiatives are expected to move, with their goals in force and latest readings."""

from __future__ import annotations

from datetime import datetime

from kpis.models import Contribution, Goal
from kpis.models.kpis import GoalState
from kpis.scoring.inputs import ContributionFacts
from kpis.selectors.facts import goal_facts
from kpis.selectors.paths import kpi_path
from kpis.selectors.periods import PeriodValue, period_values, standing
from projects.models import Initiative


def contribution_facts(initiative: Initiative, now: datetime) -> tuple[tuple[ContributionFacts, ...], tuple[Goal, ...]]:
    """Return the ties of an initiative in order of making, and their KPIs' goals that are in force or wait.

    Three queries. The latest value is that of the whole (the empty segment), aggregated by period.
    """
    ties = list(contributions_of(initiative))
    kpi_ids = [tie.kpi_id for tie in ties]
    goals = list(
        Goal.objects.filter(kpi_id__in=kpi_ids, state__in=(GoalState.ACTIVE, GoalState.PROPOSED))
        .select_related("kpi")
        .order_by("kpi_id", "number")
    )
    active = {goal.kpi_id: goal for goal in goals if goal.state == GoalState.ACTIVE}
    periods = period_values(kpi_ids, 2)
    facts = tuple(
        _facts(initiative, tie, active.get(tie.kpi_id), standing(tie.kpi, periods.get(tie.kpi_id, []), now))
        for tie in ties
    )
    return facts, tuple(goals)


def contributions_of(initiative: Initiative) -> list[Contribution]:
    """Return the ties of an initiative to KPIs that are not put away, the first made first."""
    return list(
        Contribution.objects.filter(initiative=initiative, kpi__archived_at__isnull=True)
        .select_related("kpi", "kpi__owner", "initiative")
        .order_by("id")
    )


def _facts(
    initiative: Initiative, tie: Contribution, goal: Goal | None, latest: PeriodValue | None
) -> ContributionFacts:
    kpi = tie.kpi
    return ContributionFacts(
        kpi=kpi.key,
        name=kpi.name,
        owner=str(kpi.owner or ""),
        goal=goal_facts(kpi.direction, goal),
        latest=latest.value if latest else None,
        latest_at=latest.time if latest else None,
        period=kpi.period,
        expected=tie.expected,
        by=tie.by,
        grade=tie.grade,
        url=kpi_path(initiative.workspace, kpi.key),
    )
