"""The portfolio and the list of KPIs as the rows of a file: what their pages show of each, all pages of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from kpis.scoring.filters import Filters
from kpis.scoring.kpi_words import state_of
from kpis.selectors.facts import goal_facts
from kpis.selectors.kpis import KpiStanding, kpis_of, standings
from kpis.selectors.portfolio import PortfolioRow, portfolio_initiatives, portfolio_rows
from mltrack.accounts.access import Principal
from mltrack.cells import Cell

PORTION: Final = 500
COLUMNS: Final = (
    *("key", "name", "owner", "stage", "state", "criticality", "verdict", "health", "declared", "score", "candidate"),
    *("accuracy", "accuracy_low", "accuracy_high", "accuracy_result", "coverage", "coverage_result"),
    *("blocked_by", "blockers", "warnings", "waivers", "kpi", "kpi_value", "kpi_unit", "kpi_attainment"),
    *("target_date", "judged_at", "updated_at"),
)
KPI_COLUMNS: Final = (
    *("key", "name", "owner", "unit", "direction", "period", "value", "read_at", "late", "before", "delta"),
    *("baseline", "target", "low", "high", "start", "due", "attainment", "pace_expected", "pace_gap", "status"),
)


def portfolio_lines(principal: Principal, filters: Filters) -> Iterator[tuple[Cell, ...]]:
    """Return every initiative that fits as a row, by key; ratios lie from 0 to 1. One query for all that were judged.

    Raises ValidationError({"q": texts}) for a filter that is not understood.
    """
    found = portfolio_initiatives(principal, filters)

    def lines() -> Iterator[tuple[Cell, ...]]:
        yield COLUMNS
        every = found.iterator(PORTION)
        while some := list(islice(every, PORTION)):
            yield from map(_line, portfolio_rows(some))

    return lines()


def kpi_lines_of(principal: Principal, *, archived: bool = False) -> Iterator[tuple[Cell, ...]]:
    """Return every KPI as a row, by key; three queries for each five hundred."""
    yield KPI_COLUMNS
    every = kpis_of(principal, archived=archived).iterator(PORTION)
    while some := list(islice(every, PORTION)):
        yield from map(_kpi_line, standings(some))


def _line(row: PortfolioRow) -> tuple[Cell, ...]:
    of, kpi = row.initiative, row.kpi
    return (
        *(of.key, of.name, of.owner.email if of.owner else None, of.stage, of.state, of.criticality),
        *(row.verdict, row.health, row.declared["health"] if row.declared else None, row.score, row.candidate),
        *_figures(row.accuracy, "observed", "low", "high", "result"),
        *_figures(row.coverage, "observed", "result"),
        *(row.blocked_by, row.blockers, row.warnings, row.waivers),
        *((kpi.key, kpi.value, kpi.unit, kpi.attainment) if kpi else (None,) * 4),
        *(of.target_date, row.judged_at, row.updated_at),
    )


def _figures(found: Mapping[str, Any] | None, *names: str) -> tuple[Cell, ...]:
    return tuple((found or {}).get(name) for name in names)


def _kpi_line(row: KpiStanding) -> tuple[Cell, ...]:
    of, goal, pace = row.kpi, row.goal, row.pace
    return (
        *(of.key, of.name, of.owner.email if of.owner else None, of.unit, of.direction, of.period),
        *(row.value, row.at, row.late, row.before, row.delta),
        *((goal.baseline, goal.target, goal.low, goal.high, goal.start, goal.due) if goal else (None,) * 6),
        *(row.attainment, *((pace.expected, pace.gap) if pace else (None, None))),
        state_of(goal_facts(of.direction, goal), row.value, pace, row.today) or None,
    )
