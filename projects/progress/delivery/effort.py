"""Effort against estimate by type of task: how many days a unit of estimate took. Never by person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from projects.progress.delivery.cycle_times import cycle_days, percentile
from projects.progress.delivery.dirt import cycled
from projects.progress.delivery.facts import TaskFact


@dataclass(frozen=True, slots=True)
class Effort:
    """Days per unit of estimate of n finished tasks of one type: the median, and the middle half (`low` to `high`).

    `without` more tasks of the type have no estimate, or one of 0.
    """

    type: str
    n: int
    without: int
    median: float | None
    low: float | None
    high: float | None


def effort_by_type(tasks: Sequence[TaskFact], now: datetime) -> tuple[Effort, ...]:
    """Return the effort of each type that has finished tasks, by name."""
    ratios: defaultdict[str, list[float]] = defaultdict(list)
    without: defaultdict[str, int] = defaultdict(int)
    for each in cycled(tasks, now):
        if each.estimate is not None and each.estimate > 0:
            ratios[each.type].append(cycle_days(each) / each.estimate)
        else:
            without[each.type] += 1
    return tuple(_effort(name, sorted(ratios[name]), without[name]) for name in sorted({*ratios, *without}))


def _effort(name: str, values: Sequence[float], without: int) -> Effort:
    median, low, high = (percentile(values, share) for share in (0.5, 0.25, 0.75))
    return Effort(name, len(values), without, median, low, high)
