"""What the panels about value show: what initiatives moved, on which evidence, and what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from kpis.models import Contribution, ContributionResult, InitiativeCost
from kpis.scoring.dashboards.composed import PanelSpec
from kpis.scoring.wording import counted
from kpis.selectors.panel_asked import PanelsAsked
from kpis.selectors.portfolio import fitting_initiatives
from kpis.selectors.value_results import Spent, view_of
from mltrack.accounts.models import Workspace


@dataclass(frozen=True, slots=True)
class ValueRow:
    """What an initiative moved in a KPI by its newest answer; `moved` is "" where there is no credible one."""

    initiative: str
    name: str
    kpi: str
    kpi_name: str
    standing: str
    grade: str
    moved: str
    interval: str
    expected: str
    says: str
    cost: str
    per_cost: str
    result: str


@dataclass(frozen=True, slots=True)
class ValueData:
    """The newest answer of each initiative and KPI, the best evidence first; `total` are all of them."""

    says: str
    rows: tuple[ValueRow, ...]
    total: int


def read_value(asked: PanelsAsked, specs: Sequence[PanelSpec]) -> list[ValueData]:
    """Return the data of each panel, in two queries each."""
    return [_value(asked, each) for each in specs]


def _value(asked: PanelsAsked, spec: PanelSpec) -> ValueData:
    workspace = asked.principal.workspace
    fitting = fitting_initiatives(asked.principal, asked.both(spec.settings)).order_by().values("pk")
    newest = ContributionResult.objects.filter(initiative__in=fitting, kpi__archived_at=None)
    newest = newest.order_by("initiative_id", "kpi_id", "-id").distinct("initiative_id", "kpi_id")
    ties = Contribution.objects.filter(initiative=OuterRef("initiative"), kpi=OuterRef("kpi"))
    newest = newest.annotate(expected=Subquery(ties.values("expected")[:1]))
    results = sorted(newest.select_related("initiative", "kpi"), key=_rank)
    spent, all_of_it = _spent(fitting, workspace)
    rows = [_row(each, spent, workspace) for each in results[: spec.settings["rows"]]]
    moved = sum(each.problem == "" for each in results)
    says = (
        f"{counted(moved, 'answer')} with an effect of {len(results)}."
        if results
        else "Nobody asked yet what was moved."
    )
    cost = f" Spent: {all_of_it.words}." if all_of_it.words else " No costs are noted."
    return ValueData(says + cost, tuple(rows), len(results))


def _rank(result: Any) -> tuple[bool, str, str, str]:
    return bool(result.problem), result.grade, result.initiative.key, result.kpi.key


def _row(result: Any, spent: dict[int, Spent], workspace: Workspace) -> ValueRow:
    cost = spent.get(result.initiative_id, Spent(0.0, 0.0, 0, workspace.currency))
    view = view_of(result, result.kpi, result.expected, cost)
    return ValueRow(
        initiative=result.initiative.key,
        name=result.initiative.name,
        kpi=result.kpi.key,
        kpi_name=result.kpi.name,
        standing=view.standing,
        grade=result.grade,
        moved=view.moved,
        interval=view.interval,
        expected=view.expected,
        says=view.says,
        cost=cost.words,
        per_cost=view.per_cost,
        result=result.public_id,
    )


def _spent(fitting: QuerySet[Any, Any], workspace: Workspace) -> tuple[dict[int, Spent], Spent]:
    """Return what each initiative cost by its row id, and all of them together."""
    costs = InitiativeCost.objects.filter(initiative__in=fitting).values_list("initiative").order_by()
    sums = costs.annotate(money=Sum("amount"), weeks=Sum("weeks"), unpriced=Count("id", filter=Q(amount=None)))
    found = {pk: Spent(money or 0.0, weeks or 0.0, unpriced, workspace.currency) for pk, money, weeks, unpriced in sums}
    rows = found.values()
    together = (sum(each.money for each in rows), sum(each.weeks for each in rows), sum(each.unpriced for each in rows))
    return found, Spent(*together, workspace.currency)
