"""The histories of the initiatives that fit a filter, for what is told of a portfolio as a whole."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from kpis.scoring.filters import Filters
from kpis.scoring.portfolio_analysis.histories import History, counted_until
from kpis.selectors.portfolio import fitting_initiatives
from mltrack.accounts.access import Principal
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
        return any(term.word in OUTCOMES or "no_longer_ready" in term.values for term in self.filters.terms)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Histories by key, and the row numbers of their initiatives in the same order."""

    histories: tuple[History, ...]
    pks: tuple[int, ...]


def portfolio_histories(principal: Principal, asked: Asked, now: datetime) -> Portfolio:
    """Return the histories of the initiatives that fit, those put away included, in two queries.

    Days are counted to the end of the present hour, so that an answer stays the same within it.
    Raises ValidationError({"q": texts}) for a filter that is not understood.
    """
    fitting = fitting_initiatives(principal, asked.filters, archived=True)
    until = counted_until(now)
    rows = list(fitting.values_list("pk", "key", "archived_at"))
    moves: dict[int, list[StageMove]] = defaultdict(list)
    columns = ("initiative_id", "pk", "stage", "state", "at", "recorded_at", "note", "reason")
    kept = StageChange.objects.filter(initiative__in=fitting.order_by().values("pk")).order_by()
    for pk, *values in kept.values_list(*columns):
        moves[pk].append(StageMove(*values))
    found = [(History(key, in_order(moves[pk]), archived or until), pk) for pk, key, archived in rows if moves[pk]]
    begun = [each for each in found if asked.since is None or _day(each[0].begun) >= asked.since]
    return Portfolio(tuple(history for history, _ in begun), tuple(pk for _, pk in begun))


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
