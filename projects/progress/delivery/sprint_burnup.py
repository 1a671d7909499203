"""The burn-up of a sprint: its scope and what of it is done, at the end of each day.

Here *done* is net: a task that was opened again is not done. What is rolled over at the end was promised and not done,
so it stays in the scope of the sprint that it leaves; only planned moves, cancelling and deleting change a scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from projects.progress.delivery.facts import OPEN, Status, TaskFact, day_of


@dataclass(frozen=True, slots=True)
class Move:
    """A task came into the sprint or left it, by plan or because it was rolled over."""

    at: datetime
    enters: bool
    rolled_over: bool = False


@dataclass(frozen=True, slots=True)
class SprintTask:
    """A task that is or was in the sprint, with its moves in and out of it in any order."""

    task: TaskFact
    moves: tuple[Move, ...]

    def is_in(self, at: datetime) -> bool:
        """Say whether it belongs to the scope at a moment."""
        task = self.task
        if task.deleted_at is not None and task.deleted_at <= at:
            return False
        moves = [each for each in self.moves if each.at <= at and (each.enters or not each.rolled_over)]
        last = max(moves, key=lambda each: each.at, default=None)
        return last is not None and last.enters and self.status(at) != "cancelled"

    def status(self, at: datetime) -> Status:
        """Return its status at a moment, "todo" before it existed."""
        return next((each.status for each in reversed(self.task.course) if each.at <= at), "todo")

    @property
    def is_carried_in(self) -> bool:
        """Say whether it was rolled over from an earlier sprint."""
        return any(each.enters and each.rolled_over for each in self.moves)


@dataclass(frozen=True, slots=True)
class Load:
    """Tasks, and the sum of the estimates that they have."""

    tasks: int = 0
    estimate: float = 0.0


@dataclass(frozen=True, slots=True)
class BurnupDay:
    """The end of one day: what is in the sprint, and what of it is done."""

    day: date
    scope: Load
    done: Load


@dataclass(frozen=True, slots=True)
class ScopeChange:
    """What came into the sprint and what left it on a day after its first."""

    day: date
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SprintBurnup:
    """The days from the first to the last, or to today; `planned` is the scope at the end of the first day.

    `carried_in` are the keys of tasks from an earlier sprint, `carried_over` those that are not done at the end (while
    the sprint runs: not yet), `unestimated` how many tasks of the scope have no estimate.
    """

    days: tuple[BurnupDay, ...] = ()
    changes: tuple[ScopeChange, ...] = ()
    carried_in: tuple[str, ...] = ()
    carried_over: tuple[str, ...] = ()
    unestimated: int = 0

    @property
    def planned(self) -> Load:
        """What was in the sprint at the end of its first day."""
        return self.days[0].scope if self.days else Load()


def sprint_burnup(
    tasks: Sequence[SprintTask], starts_on: date, ends_on: date, zone: tzinfo, now: datetime
) -> SprintBurnup:
    """Return the burn-up up to now; nothing where the sprint has not begun. Raises ValueError for a length below 0."""
    if ends_on < starts_on:
        raise ValueError("A sprint does not end before it starts.")
    last = min(ends_on, day_of(now, zone))
    days, changes, before = list[BurnupDay](), list[ScopeChange](), set[str]()
    inside: list[SprintTask] = []
    for place in range((last - starts_on).days + 1):
        day = starts_on + timedelta(days=place)
        end = min(now, _end_of(day, zone))
        inside = [each for each in tasks if each.is_in(end)]
        days.append(BurnupDay(day, _load(inside), _load(each for each in inside if each.status(end) == "done")))
        keys = {each.task.key for each in inside}
        if place and keys != before:
            changes.append(ScopeChange(day, tuple(sorted(keys - before)), tuple(sorted(before - keys))))
        before = keys
    if not days:
        return SprintBurnup()
    end = min(now, _end_of(last, zone))
    return SprintBurnup(
        tuple(days),
        tuple(changes),
        tuple(sorted(each.task.key for each in inside if each.is_carried_in)),
        tuple(sorted(each.task.key for each in inside if each.status(end) in OPEN)),
        sum(each.task.estimate is None for each in inside),
    )


def _end_of(day: date, zone: tzinfo) -> datetime:
    """Return the last moment of a day."""
    # From midnight backwards in UTC: the hour before it comes twice where the clocks are set back at midnight.
    midnight = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return midnight - timedelta(microseconds=1)


def _load(tasks: Iterable[SprintTask]) -> Load:
    mine = list(tasks)
    return Load(len(mine), sum(each.task.estimate or 0.0 for each in mine))
