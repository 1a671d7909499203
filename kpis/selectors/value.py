"""The KPIs that an initiative is expected to move, and those that it could be tied to."""

from __future__ import annotations

from dataclasses import dataclass

from kpis.models import KPI, Bridge, Contribution
from kpis.scoring.kpi_words import movement, short_unit
from kpis.selectors.contributions import contributions_of
from kpis.selectors.effects import bridge_of
from kpis.selectors.expected import Expected, expected_of
from kpis.selectors.kpi_pages import KpiLine, line_of
from kpis.selectors.kpis import standings, with_goals
from kpis.selectors.value_results import Realised, realised_of
from projects.models import Initiative


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One tie: what is expected, in words, and where the KPI stands. `moved` is its way since the baseline.

    That way is the KPI's own, whoever moved it: it is no effect of the initiative. `found` is what its bridge says of
    the newest test evaluation.
    """

    tie: Contribution
    line: KpiLine
    expected: str
    moved: str
    bridge: Bridge | None = None
    found: Expected | None = None


@dataclass(frozen=True, slots=True)
class ValuePage:
    """The ties of an initiative, (key, name) of each other KPI in use, and what came of the ties."""

    rows: tuple[ValueRow, ...]
    others: tuple[tuple[str, str], ...]
    realised: Realised


def value_page(initiative: Initiative) -> ValuePage:
    """Return the value tab in nine queries, and five more where a bridge says what a decision is worth."""
    ties = contributions_of(initiative)
    expected = expected_of(ties)
    tied = {tie.kpi_id for tie in ties}
    lines = {each.kpi.pk: line_of(each) for each in standings(list(with_goals(KPI.objects.filter(pk__in=tied))))}
    free = KPI.objects.filter(workspace=initiative.workspace_id, archived_at__isnull=True).exclude(pk__in=tied)
    return ValuePage(
        rows=tuple(_row(tie, lines[tie.kpi_id], expected.get(tie.pk)) for tie in ties),
        others=tuple(free.order_by("name", "key").values_list("key", "name")[:1000]),
        realised=realised_of(initiative, tuple(ties)),
    )


def _row(tie: Contribution, line: KpiLine, found_at: Expected | None) -> ValueRow:
    found = line.standing
    baseline = found.goal.baseline if found.goal else None
    moved = None if baseline is None or found.value is None else found.value - baseline
    unit = short_unit(tie.kpi.unit)
    since = movement(moved, unit) if moved is not None else ""
    return ValueRow(tie, line, movement(tie.expected, unit), since, bridge_of(tie), found_at)
