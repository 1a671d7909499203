"""What is told of a portfolio as a whole, kept by each process until an initiative moves or an hour is over.

What fits a filter is reckoned anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, Final

from kpis.scoring.filters import Filters
from kpis.scoring.portfolio_analysis.answers import incidence_answer
from kpis.scoring.portfolio_analysis.cohorts import Cohorts, cohorts_of
from kpis.scoring.portfolio_analysis.curve import Curve, curve_of
from kpis.scoring.portfolio_analysis.funnel import FunnelStage, StopCount, funnel_of, stop_counts
from kpis.scoring.portfolio_analysis.histories import History, hour_of
from kpis.scoring.portfolio_analysis.incidence import Incidence, incidence_of
from kpis.scoring.portfolio_analysis.stage_times import StageTime, stage_times
from kpis.selectors.portfolio_histories import Asked, portfolio_histories
from kpis.selectors.row_versions import Stamp, versions_of
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace

KEPT: Final = 8
TABLES: Final = ("projects_initiative", "projects_stagechange")


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


def analysis_of(principal: Principal, asked: Asked, now: datetime, stamp: Stamp = ()) -> Analysis:
    """Return the analysis of the initiatives that fit: one query where it is kept, two with a filter, else three.

    Who has the stamp of `TABLES` already asks no query for it. Raises ValidationError({"q": texts}) for a filter that
    is not understood.
    """
    if asked.filters.text or asked.filters.errors:
        return Analysis(portfolio_histories(principal, asked, now).histories)
    workspace = principal.workspace.pk
    return _kept(workspace, asked.since, hour_of(now), stamp or versions_of(workspace, TABLES).of(TABLES))


@lru_cache(maxsize=KEPT)
def _kept(workspace: int, since: date | None, hour: datetime, stamp: Stamp) -> Analysis:
    """Return the analysis of all; the stamp names the rows that are read, which may be newer but never older."""
    anybody = Principal(workspace=Workspace(pk=workspace), role="viewer")
    return Analysis(portfolio_histories(anybody, Asked(Filters(), since), hour).histories)
