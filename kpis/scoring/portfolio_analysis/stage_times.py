"""How long initiatives take to get through a stage.

A stay runs from the first entry into a stage until the initiative first gets further; going back and forth counts in.
Who stopped or is still there is counted for as long as it was seen. So this tells how long a stage takes those that get
through; how many get through is for the funnel, and the chance of production for the incidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kpis.scoring.portfolio_analysis.histories import LAST, STAGES, History, days_between
from kpis.scoring.portfolio_analysis.survival import Survival, kaplan_meier


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long a stage takes, and for how long those that are in it now have been there (days, longest first)."""

    stage: str
    survival: Survival
    waiting: tuple[int, ...]


def stage_times(histories: Sequence[History]) -> tuple[StageTime, ...]:
    """Return the times from framing to integration; production is where the way leads, not a stage to get through."""
    return tuple(_time(place, histories) for place in range(LAST))


def _time(place: int, histories: Sequence[History]) -> StageTime:
    stays = [_stay(each, place, entered) for each in histories if (entered := each.entered(place))]
    here = [each for each in histories if each.present == place and not each.stopped_at]
    waiting = sorted((days_between(each.there_since, each.until) for each in here), reverse=True)
    survival = kaplan_meier([days for days, _ in stays], [through for _, through in stays])
    return StageTime(STAGES[place], survival, tuple(waiting))


def _stay(history: History, place: int, entered: datetime) -> tuple[int, bool]:
    """Return how many days an initiative was in a stage, and whether it got through."""
    passed = history.passed(place)
    return days_between(entered, passed or history.stopped_at or history.until), passed is not None
