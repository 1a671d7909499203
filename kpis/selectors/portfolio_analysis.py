"""The histories of the initiatives that fit a filter, for what is told of a portfolio as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

from kpis.scoring.filters import Filters
from kpis.scoring.portfolio_analysis.answers import (
    FUNNEL_COLUMNS,
    REASON_COLUMNS,
    STEP_COLUMNS,
    TIME_COLUMNS,
    funnel_answer,
    incidence_answer,
    lines,
    stage_times_answer,
)
from kpis.scoring.portfolio_analysis.funnel import funnel_of, stop_counts
from kpis.scoring.portfolio_analysis.histories import History
from kpis.scoring.portfolio_analysis.incidence import incidence_of
from kpis.scoring.portfolio_analysis.stage_times import stage_times
from kpis.selectors.portfolio import fitting_initiatives
from mltrack.accounts.access import Principal
from mltrack.cells import Cell
from projects.models import StageChange
from projects.progress.stages import StageMove, in_order

OUTCOMES: Final = frozenset(["stage", "state", "verdict", "health"])
"""Filter words that choose initiatives by what became of them: shares of these alone say nothing of the others."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the analysis is of: a filter of the portfolio, and the first day on which its initiatives began."""

    filters: Filters = field(default_factory=Filters)
    since: date | None = None

    @property
    def is_by_outcome(self) -> bool:
        """Say whether the filter chooses by what became of initiatives."""
        return any(term.word in OUTCOMES for term in self.filters.terms)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Histories by key, and the row numbers of their initiatives in the same order."""

    histories: tuple[History, ...]
    pks: tuple[int, ...]


def portfolio_histories(principal: Principal, asked: Asked, now: datetime) -> Portfolio:
    """Return the histories of the initiatives that fit, those put away included, in two queries.

    Raises ValidationError({"q": texts}) for a filter that is not understood.
    """
    fitting = fitting_initiatives(principal, asked.filters, archived=True)
    rows = list(fitting.values_list("pk", "key", "archived_at"))
    moves: dict[int, list[StageMove]] = defaultdict(list)
    columns = ("initiative_id", "pk", "stage", "state", "at", "recorded_at", "note", "reason")
    kept = StageChange.objects.filter(initiative__in=fitting.order_by().values("pk")).order_by()
    for pk, *values in kept.values_list(*columns):
        moves[pk].append(StageMove(*values))
    found = [(History(key, in_order(moves[pk]), archived or now), pk) for pk, key, archived in rows if moves[pk]]
    begun = [each for each in found if asked.since is None or _day(each[0].begun) >= asked.since]
    return Portfolio(tuple(history for history, _ in begun), tuple(pk for _, pk in begun))


def funnel(principal: Principal, asked: Asked, now: datetime) -> dict[str, Any]:
    """Return the funnel with the reasons why initiatives stopped, in two queries."""
    found = portfolio_histories(principal, asked, now).histories
    return funnel_answer(funnel_of(found), stop_counts(found))


def incidence(principal: Principal, asked: Asked, now: datetime) -> dict[str, Any]:
    """Return what became of initiatives by days since they began, in two queries."""
    return incidence_answer(incidence_of(portfolio_histories(principal, asked, now).histories))


def times(principal: Principal, asked: Asked, now: datetime) -> dict[str, Any]:
    """Return how long stages take, in two queries."""
    return stage_times_answer(stage_times(portfolio_histories(principal, asked, now).histories))


def table_lines(table: str, principal: Principal, asked: Asked, now: datetime) -> Iterator[tuple[Cell, ...]]:
    """Return one of the tables funnel, reasons, incidence and stage-times as rows."""
    if table in ("funnel", "reasons"):
        part, columns = ("stages", FUNNEL_COLUMNS) if table == "funnel" else ("reasons", REASON_COLUMNS)
        yield from lines(columns, funnel(principal, asked, now)[part])
    elif table == "incidence":
        yield from lines(STEP_COLUMNS, incidence(principal, asked, now)["steps"])
    else:
        yield from lines(TIME_COLUMNS, times(principal, asked, now)["stages"])


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
