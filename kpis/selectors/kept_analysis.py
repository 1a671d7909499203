"""What is told of a portfolio as a whole, kept by each process until an initiative moves or an hour is over.

Moves of initiatives are never edited, so that their number and the newest of them name them all. One cheap query tells
whether an answer still rests on what there is: a stale one is never told. What fits a filter is reckoned anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, Final

from django.db import connection

from kpis.scoring.filters import Filters
from kpis.scoring.portfolio_analysis.answers import incidence_answer
from kpis.scoring.portfolio_analysis.cohorts import Cohorts, cohorts_of
from kpis.scoring.portfolio_analysis.curve import Curve, curve_of
from kpis.scoring.portfolio_analysis.funnel import FunnelStage, StopCount, funnel_of, stop_counts
from kpis.scoring.portfolio_analysis.histories import History, hour_of
from kpis.scoring.portfolio_analysis.incidence import Incidence, incidence_of
from kpis.scoring.portfolio_analysis.stage_times import StageTime, stage_times
from kpis.selectors.portfolio_histories import Asked, portfolio_histories
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace
from mltrack.prepared import Prepared

KEPT: Final = 8
_STAMP: Final = Prepared(
    """
SELECT ours.n, ours.seen, moves.n, moves.newest, moves.kept
FROM (
    SELECT count(*) AS n, bit_xor(hash_record_extended(ROW(id, archived_at), 0)) AS seen
    FROM projects_initiative WHERE workspace_id = %(workspace)s
) AS ours, (
    SELECT count(*) AS n, max(change.id) AS newest, max(change.recorded_at) AS kept
    FROM projects_stagechange change JOIN projects_initiative initiative ON initiative.id = change.initiative_id
    WHERE initiative.workspace_id = %(workspace)s
) AS moves
""",
    workspace="bigint",
)
Stamp = tuple[Any, ...]


@dataclass(frozen=True)
class Analysis:
    """Histories, and what they say together; each part is reckoned when it is asked for first."""

    histories: tuple[History, ...]

    @cached_property
    def funnel(self) -> tuple[FunnelStage, ...]:
        """How many got how far."""
        return funnel_of(self.histories)

    @cached_property
    def reasons(self) -> tuple[StopCount, ...]:
        """Why the others stopped."""
        return stop_counts(self.histories)

    @cached_property
    def incidence(self) -> Incidence:
        """What became of them by days since they began."""
        return incidence_of(self.histories)

    @cached_property
    def incidence_told(self) -> dict[str, Any]:
        """What became of them, as the API answers; whoever reads it leaves it as it is."""
        return incidence_answer(self.incidence, self.cohorts)

    @cached_property
    def cohorts(self) -> Cohorts:
        """Whether those that began in one year fare as those of another."""
        return cohorts_of(self.histories)

    @cached_property
    def curve(self) -> Curve | None:
        """The drawing of what became of them."""
        return curve_of(self.incidence)

    @cached_property
    def times(self) -> tuple[StageTime, ...]:
        """How long stages take."""
        return stage_times(self.histories)


def analysis_of(principal: Principal, asked: Asked, now: datetime) -> Analysis:
    """Return the analysis of the initiatives that fit: one query where it is kept, two with a filter, else three.

    Raises ValidationError({"q": texts}) for a filter that is not understood.
    """
    if asked.filters.text or asked.filters.errors:
        return Analysis(portfolio_histories(principal, asked, now).histories)
    workspace = principal.workspace.pk
    return _kept(workspace, asked.since, hour_of(now), _stamp(workspace))


@lru_cache(maxsize=KEPT)
def _kept(workspace: int, since: date | None, hour: datetime, stamp: Stamp) -> Analysis:
    """Return the analysis of all; the stamp names the rows that are read, which may be newer but never older."""
    anybody = Principal(workspace=Workspace(pk=workspace), role="viewer")
    return Analysis(portfolio_histories(anybody, Asked(Filters(), since), hour).histories)


def _stamp(workspace: int) -> Stamp:
    with connection.cursor() as cursor:
        _STAMP.run(cursor, {"workspace": workspace})
        return tuple(cursor.fetchall()[0])
