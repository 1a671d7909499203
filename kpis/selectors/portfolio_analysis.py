"""What is told of a portfolio as a whole, as the API and files answer it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from kpis.scoring.portfolio_analysis.answers import (
    FUNNEL_COLUMNS,
    REASON_COLUMNS,
    STEP_COLUMNS,
    TIME_COLUMNS,
    funnel_answer,
    lines,
    stage_times_answer,
)
from kpis.selectors.kept_analysis import analysis_of
from kpis.selectors.portfolio_histories import Asked
from mltrack.accounts.access import Principal
from mltrack.cells import Cell


def funnel(principal: Principal, asked: Asked, now: datetime) -> dict[str, Any]:
    """Return the funnel with the reasons why initiatives stopped, in at most three queries."""
    found = analysis_of(principal, asked, now)
    return funnel_answer(found.funnel, found.reasons)


def incidence(principal: Principal, asked: Asked, now: datetime) -> dict[str, Any]:
    """Return what became of initiatives by days since they began, in at most three queries."""
    return analysis_of(principal, asked, now).incidence_told


def times(principal: Principal, asked: Asked, now: datetime) -> dict[str, Any]:
    """Return how long stages take, in at most three queries."""
    return stage_times_answer(analysis_of(principal, asked, now).times)


def table_lines(table: str, principal: Principal, asked: Asked, now: datetime) -> Iterator[tuple[Cell, ...]]:
    """Return one of the tables funnel, reasons, incidence and stage-times as rows."""
    if table in ("funnel", "reasons"):
        part, columns = ("stages", FUNNEL_COLUMNS) if table == "funnel" else ("reasons", REASON_COLUMNS)
        yield from lines(columns, funnel(principal, asked, now)[part])
    elif table == "incidence":
        yield from lines(STEP_COLUMNS, incidence(principal, asked, now)["steps"])
    else:
        yield from lines(TIME_COLUMNS, times(principal, asked, now)["stages"])
