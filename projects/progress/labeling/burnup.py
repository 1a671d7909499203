"""Labeling over time: the burn-up with its changes of scope, and the output of each day.

Output is net and never falls: a day counts by how much it raised the highest number of labels so far, so that labels
which were taken back and made again count once. What was labeled between two snapshots counts on the day of the later
one, which is when it was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DEFAULT_WEEKS = 12
"""How much history a forecast looks at: with less than 12 weeks it is too sure of itself (docs/labeling-statistics)."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The tasks in scope and the labeled ones at the end of a day."""

    day: date
    total: int
    labeled: int


@dataclass(frozen=True, slots=True)
class Day:
    """What one day brought: new labels, and tasks added to the scope (negative where some were removed)."""

    day: date
    output: int
    added: int = 0


@dataclass(frozen=True, slots=True)
class Burnup:
    """The last snapshot of each day in order, and the days from the one after the first to the last.

    `taken_back` is how far the labels lie below the most that there ever were.
    """

    points: tuple[Snapshot, ...] = ()
    days: tuple[Day, ...] = ()
    taken_back: int = 0

    @property
    def scope_changes(self) -> tuple[Day, ...]:
        """The days on which tasks were added or removed."""
        return tuple(each for each in self.days if each.added)


def burnup(snapshots: Iterable[Snapshot]) -> Burnup:
    """Put snapshots in order; of several on one day the last given counts. Days without one brought nothing."""
    points = [snapshot for _, snapshot in sorted({each.day: each for each in snapshots}.items())]
    if not points:
        return Burnup()
    brought: dict[date, tuple[int, int]] = {}
    most, before = points[0].labeled, points[0].total
    for each in points[1:]:
        brought[each.day] = (max(0, each.labeled - most), each.total - before)
        most, before = max(most, each.labeled), each.total
    days = [Day(day, *brought.get(day, (0, 0))) for day in _days(points[0].day + timedelta(days=1), points[-1].day)]
    return Burnup(tuple(points), tuple(days), most - points[-1].labeled)


def days_of(output: Mapping[date, int], first: date, last: date) -> tuple[Day, ...]:
    """Return every day from first to last, weekends too; one that is not named brought nothing."""
    return tuple(Day(day, output.get(day, 0)) for day in _days(first, last))


def latest(days: Sequence[Day], weeks: int = DEFAULT_WEEKS) -> tuple[Day, ...]:
    """Return the days of the last so many weeks, fewer where the history is shorter."""
    return tuple(days[-7 * weeks :]) if weeks > 0 else ()


def per_week(days: Sequence[Day]) -> float | None:
    """Return the output per week over these days, None without a day."""
    return 7 * sum(each.output for each in days) / len(days) if days else None


def weekly(days: Sequence[Day]) -> tuple[int, ...]:
    """Return the output of each full week, the last of which ends on the last day; what is left over comes first."""
    weeks = len(days) // 7
    start = len(days) - 7 * weeks
    return tuple(sum(each.output for each in days[start + 7 * week :][:7]) for week in range(weeks))


def by_weekday(days: Sequence[Day]) -> tuple[float | None, ...]:
    """Return the mean output of Monday to Sunday, None for a weekday that never came."""
    found: list[float | None] = []
    for weekday in range(7):
        mine = [each.output for each in days if each.day.weekday() == weekday]
        found.append(sum(mine) / len(mine) if mine else None)
    return tuple(found)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=place) for place in range((last - first).days + 1)]
