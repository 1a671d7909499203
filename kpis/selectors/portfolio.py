"""The portfolio: one row per initiative and four figures on top, in six queries whatever the history."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, FilteredRelation, JSONField, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone

from kpis.models import KPI, Contribution, Goal
from kpis.models.kpis import GoalState
from kpis.scoring.attainment import attainment
from kpis.scoring.filters import Filters, parse_filters
from kpis.scoring.portfolio import PortfolioRow as Rolled
from kpis.scoring.portfolio import Rollup, roll_up
from kpis.selectors.facts import goal_facts
from kpis.selectors.periods import PeriodValue, is_late, period_values, standing, with_gaps
from kpis.selectors.portfolio_filters import narrow
from mltrack.accounts.access import Principal
from projects.models import Initiative, JudgeDue, Update

ROWS = 100
STATUS: Sequence[str] = ("pk", "verdict", "health", "state")


@dataclass(frozen=True, slots=True)
class MainKpi:
    """The first KPI that was tied to an initiative. `spark` are its last 26 periods, None where one is missing."""

    key: str
    name: str
    unit: str
    direction: str
    value: float | None
    at: datetime | None
    attainment: float | None
    target: float | None
    spark: tuple[float | None, ...]
    late: bool


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """One initiative as a portfolio shows it.

    `accuracy` and `coverage` are `{result, observed, expected, n, low, high}` of the candidate, None before a
    judgement. `declared` is `{health, by, at}`, None where nobody declared one; `differs` says that it is another
    health than the computed one. `blocked_by` has at most five words.
    """

    initiative: Initiative
    verdict: str
    health: str
    score: float | None
    candidate: str
    accuracy: dict[str, Any] | None
    coverage: dict[str, Any] | None
    blocked_by: str
    blockers: int
    warnings: int
    waivers: int
    declared: dict[str, Any] | None
    differs: bool
    kpi: MainKpi | None
    pending: bool
    judged_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A page of rows in order of their keys, the figures over all that fit the filter, and where to go on."""

    rows: tuple[PortfolioRow, ...]
    figures: Rollup
    total: int
    after: str
    filters: Filters


def portfolio(principal: Principal, filters: Filters | str = "", *, limit: int = ROWS, after: str = "") -> Portfolio:
    """Return the portfolio that fits a filter, from the key after `after`.

    Raises ValidationError({"q": texts}) for a filter that is not understood.
    """
    asked = parse_filters(filters) if isinstance(filters, str) else filters
    fitting = portfolio_initiatives(principal, asked)
    page = list(fitting.filter(key__gt=after)[: limit + 1])
    statuses = list(fitting.values_list(*STATUS))
    now = timezone.now()
    ties = _ties([pk for pk, *_ in statuses])
    shares = _attainments(ties, now)
    figures = roll_up(
        [Rolled(verdict, health, state, tuple(shares.get(pk, ()))) for pk, verdict, health, state in statuses]
    )
    rows = portfolio_rows(page[:limit], ties)
    return Portfolio(rows, figures, len(statuses), page[limit - 1].key if len(page) > limit else "", asked)


def portfolio_initiatives(principal: Principal, filters: Filters) -> QuerySet[Initiative, Any]:
    """Return the initiatives that fit, by key, annotated for `portfolio_rows`. Raises ValidationError({"q": texts})."""
    declared = Update.objects.filter(initiative=OuterRef("pk")).order_by("-at", "-id")
    named = declared.values(
        said=JSONObject(health="health", at="at", by=Coalesce("author__name", Value("")), address="author__email")
    )
    annotated = (
        Initiative.objects.filter(workspace=principal.workspace)
        .annotate(latest=FilteredRelation("snapshots", condition=Q(snapshots__is_latest=True)))
        .annotate(
            verdict=Coalesce(F("latest__verdict"), Value("unknown")),
            health=Coalesce(F("latest__health"), Value("no_data")),
            score=F("latest__score"),
            summary=F("latest__summary"),
            judged_at=F("latest__confirmed_at"),
            changed_at=F("latest__at"),
            pending=Exists(JudgeDue.objects.filter(initiative=OuterRef("pk"))),
            said=Subquery(named[:1], output_field=JSONField()),
        )
        .select_related("owner", "workspace")
        .order_by("key")
    )
    return narrow(annotated, filters, principal, timezone.now().date())


def portfolio_rows(initiatives: Sequence[Any], ties: Sequence[Contribution] | None = None) -> tuple[PortfolioRow, ...]:
    """Return the rows of annotated initiatives, in at most three further queries."""
    known = _ties([each.pk for each in initiatives]) if ties is None else ties
    ids = {each.pk for each in initiatives}
    main: dict[int, Contribution] = {}
    for tie in known:
        if tie.initiative_id in ids:
            main.setdefault(tie.initiative_id, tie)
    periods = period_values({tie.kpi_id for tie in main.values()})
    now = timezone.now()
    return tuple(_row(each, main.get(each.pk), periods, now) for each in initiatives)


def _row(
    initiative: Any, tie: Contribution | None, periods: dict[int, list[PeriodValue]], now: datetime
) -> PortfolioRow:
    summary, said = initiative.summary or {}, initiative.said
    declared = said and {"health": said["health"], "by": said["by"] or said["address"] or "", "at": said["at"]}
    changed = [each for each in (initiative.updated_at, initiative.changed_at) if each]
    return PortfolioRow(
        initiative=initiative,
        verdict=initiative.verdict,
        health=initiative.health,
        score=initiative.score,
        candidate=summary.get("candidate", ""),
        accuracy=summary.get("accuracy"),
        coverage=summary.get("coverage"),
        blocked_by=summary.get("blocked_by", "Not judged yet"),
        blockers=summary.get("blockers", 0),
        warnings=summary.get("warnings", 0),
        waivers=summary.get("waivers", 0),
        declared=declared,
        differs=bool(declared) and declared["health"] != initiative.health,
        kpi=None if tie is None else _main_kpi(tie.kpi, periods.get(tie.kpi_id, []), now),
        pending=initiative.pending,
        judged_at=initiative.judged_at,
        updated_at=max(changed),
    )


def _main_kpi(kpi: KPI, values: list[PeriodValue], now: datetime) -> MainKpi:
    goal, at = _goal(kpi), standing(kpi, values, now)
    return MainKpi(
        key=kpi.key,
        name=kpi.name,
        unit=kpi.unit,
        direction=kpi.direction,
        value=at.value if at else None,
        at=at.time if at else None,
        attainment=attainment(goal_facts(kpi.direction, goal), at.value if at else None),
        target=goal.target if goal else None,
        spark=tuple(with_gaps(kpi, values)),
        late=is_late(kpi, values, now),
    )


def _ties(initiative_ids: Collection[int]) -> list[Contribution]:
    """Return the ties of initiatives with KPI and goal in force, in two queries, the first made first."""
    active = Prefetch("kpi__goals", Goal.objects.filter(state=GoalState.ACTIVE), to_attr="in_force")
    ties = Contribution.objects.filter(initiative_id__in=initiative_ids, kpi__archived_at__isnull=True)
    return list(ties.select_related("kpi").prefetch_related(active).order_by("id"))


def _goal(kpi: KPI) -> Goal | None:
    found: list[Goal] = getattr(kpi, "in_force", [])
    return found[0] if found else None


def _attainments(ties: Sequence[Contribution], now: datetime) -> dict[int, list[float | None]]:
    periods = period_values({tie.kpi_id for tie in ties}, 2)
    found: dict[int, list[float | None]] = {}
    for tie in ties:
        at = standing(tie.kpi, periods.get(tie.kpi_id, []), now)
        share = attainment(goal_facts(tie.kpi.direction, _goal(tie.kpi)), at.value if at else None)
        found.setdefault(tie.initiative_id, []).append(share)
    return found
