"""How a workspace's kept forecasts did, those that stand, and all of them as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import OuterRef, QuerySet, Subquery

from kpis.models import Forecast
from kpis.scoring.forecast.calibration import Calibration, DateScore
from kpis.scoring.forecast.calibration_answer import score_says
from kpis.selectors.forecast_page import decided_words
from kpis.selectors.forecast_scores import forecast_scores
from mltrack.accounts.access import Principal
from mltrack.cells import Cell
from mltrack.days import day_in
from projects.models import Initiative
from projects.models.initiatives import State

MOST_STANDING: Final = 50
CHUNK: Final = 2_000
COLUMNS: Final = (
    *("initiative", "made_at", "as_of", "p50", "p85", "chance_of_p50", "chance_of_p85", "decided_by"),
    *("target_date", "reached_on", "cancelled_on", "reason"),
)


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """How one kind of date did, with the verdict in words."""

    score: DateScore
    says: str
    is_off: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A forecast that stands, with what decides it in words."""

    kept: Forecast
    decided_by: str


@dataclass(frozen=True, slots=True)
class CalibrationPage:
    """How the kept forecasts did, by kind of date, and those that stand. `scored` says that some day has come."""

    found: Calibration
    p50: ScoreRow | None
    p85: ScoreRow | None
    standing: Sequence[Standing]

    @property
    def scored(self) -> bool:
        """Say whether a day that was named has come."""
        return self.found.p50 is not None


def workspace_calibration(principal: Principal, now: datetime) -> Calibration:
    """Return how all kept forecasts of a workspace did, in one query that answers one row."""
    return forecast_scores(principal.workspace, day_in(principal.workspace.zone, now))


def calibration_page(principal: Principal, now: datetime) -> CalibrationPage:
    """Return the page, in two queries."""
    found = workspace_calibration(principal, now)
    rows = [Standing(each, decided_words(each)) for each in _standing(principal)]
    return CalibrationPage(found, _row(found.p50), _row(found.p85), rows)


def forecast_lines(principal: Principal) -> Iterator[tuple[Cell, ...]]:
    """Return every kept forecast as a row, the oldest first, in one query that is read in pieces."""
    yield COLUMNS
    names = (
        *("initiative__key", "made_at", "as_of", "p50", "p85", "mass50", "mass85", "decided_by"),
        *("target_date", "reached_on", "cancelled_on", "reason"),
    )
    yield from _all(principal).order_by("id").values_list(*names).iterator(CHUNK)


def _all(principal: Principal) -> QuerySet[Forecast]:
    return Forecast.objects.filter(initiative__workspace=principal.workspace)


def _standing(principal: Principal) -> QuerySet[Forecast]:
    """Return the newest forecast of each active initiative that is still open, by key; history is not read."""
    active = Initiative.objects.filter(workspace=principal.workspace, archived_at=None, state=State.ACTIVE)
    newest = Forecast.objects.filter(initiative=OuterRef("pk")).order_by("-id").values("pk")[:1]
    found = Forecast.objects.filter(pk__in=active.values(newest=Subquery(newest)), reached_on=None, cancelled_on=None)
    return found.order_by("initiative__key").select_related("initiative")[:MOST_STANDING]


def _row(score: DateScore | None) -> ScoreRow | None:
    return None if score is None else ScoreRow(score, score_says(score), score.is_off)
