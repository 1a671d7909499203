"""What an initiative's kept moves say of its way: when it began, how far it got, and where and when it ended.

Every answer of the analysis rests on the same reading of a history:

- It *begins* with its first kept move, whatever the stage.
- It *got further* than a stage once it entered a later one; going back afterwards does not take that away.
- It *stopped* where it is cancelled now, or retired without ever having been in production. Who was cancelled and goes
  on again has not stopped. Paused is still open.
- It is known until the end of the present hour, or until it was put away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from projects.progress.stages import CANCELLED, StageMove

STAGES: Final = ("framing", "data", "modeling", "integration", "production")
RETIRED: Final = "retired"
LAST: Final = len(STAGES) - 1
_PLACES: Final = {stage: place for place, stage in enumerate(STAGES)}


@dataclass(frozen=True, slots=True)
class History:
    """The moves of one initiative in the order in which they happened, at least one; it is seen `until` then."""

    key: str
    moves: Sequence[StageMove]
    until: datetime

    @property
    def begun(self) -> datetime:
        """The moment of the first kept move."""
        return self.moves[0].at

    @property
    def furthest(self) -> int:
        """The place in `STAGES` of the furthest stage that it was in; -1 where it was in none."""
        return max((place_of(each.stage) for each in self.moves), default=-1)

    @property
    def present(self) -> int:
        """The place in `STAGES` of the stage that it is in; one more than the last where it is retired."""
        stage = self.moves[-1].stage
        return LAST + 1 if stage == RETIRED else place_of(stage)

    @property
    def there_since(self) -> datetime:
        """Since when it is in its present stage, pauses included."""
        return _since(self.moves, lambda each: each.stage == self.moves[-1].stage)

    @property
    def stopped_at(self) -> datetime | None:
        """When it stopped, None while it is open or after it was in production and retired."""
        if self.moves[-1].state == CANCELLED:
            return _since(self.moves, lambda each: each.state == CANCELLED)
        if self.moves[-1].stage == RETIRED and self.furthest < LAST:
            return _since(self.moves, lambda each: each.stage == RETIRED)
        return None

    @property
    def reason(self) -> str:
        """Why it was cancelled, as last told since it is; "" where nobody told, or where it is not."""
        stopped = self.stopped_at
        told = [each.reason for each in self.moves if stopped and each.at >= stopped and each.reason]
        return told[-1] if told else ""

    def entered(self, place: int) -> datetime | None:
        """Return when it was in a stage first."""
        return next((each.at for each in self.moves if each.stage == STAGES[place]), None)

    def passed(self, place: int) -> datetime | None:
        """Return when it got further than a stage first; from production it gets to be retired."""
        later = (*STAGES[place + 1 :], *((RETIRED,) if place == LAST else ()))
        entered = self.entered(place)
        return next((each.at for each in self.moves if each.stage in later and entered and each.at >= entered), None)


def place_of(stage: str) -> int:
    """Return the place of a stage in `STAGES`, -1 for one that is none of them."""
    return _PLACES.get(stage, -1)


def hour_of(now: datetime) -> datetime:
    """Return the beginning of an hour."""
    return now.replace(minute=0, second=0, microsecond=0)


def counted_until(now: datetime) -> datetime:
    """Return the end of the hour, to which days are counted."""
    return hour_of(now) + timedelta(hours=1)


def days_between(start: datetime, end: datetime) -> int:
    """Return whole days, none below zero."""
    return max(0, (end - start).days)


def _since(moves: Sequence[StageMove], holds: Callable[[StageMove], bool]) -> datetime:
    """Return since when a condition has held without a break, of moves of which the last one fulfils it."""
    first = moves[-1]
    for each in reversed(moves):
        if not holds(each):
            break
        first = each
    return first.at
