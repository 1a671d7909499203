"""How long tasks took from their first start to when they were first done, and how old the open ones are.

A percentile is an observed time: the smallest that at least this share of the finished tasks did not exceed.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from projects.progress.delivery.dirt import cycled, is_future, present
from projects.progress.delivery.facts import TaskFact, days_between


@dataclass(frozen=True, slots=True)
class CycleTimes:
    """The times of n finished tasks in days of 24 hours, from the shortest on."""

    days: tuple[float, ...] = ()

    @property
    def n(self) -> int:
        """How many tasks were finished."""
        return len(self.days)

    @property
    def p50(self) -> float | None:
        """The median."""
        return percentile(self.days, 0.5)

    @property
    def p85(self) -> float | None:
        """What 85 % of the tasks did not exceed."""
        return percentile(self.days, 0.85)

    @property
    def p95(self) -> float | None:
        """What 95 % of the tasks did not exceed."""
        return percentile(self.days, 0.95)

    def share_within(self, days: float) -> float | None:
        """Return the share of finished tasks that took no longer, None without any."""
        return bisect_right(self.days, days) / self.n if self.days else None


@dataclass(frozen=True, slots=True)
class Ageing:
    """A task that is being done: its age in days, and the share of finished tasks that took no longer than that.

    `share` is None where nothing was finished yet.
    """

    key: str
    type: str
    days: float
    share: float | None

    @property
    def is_late(self) -> bool:
        """Say whether it is older than 85 % of the finished tasks became."""
        return self.share is not None and self.share >= 0.85


@dataclass(frozen=True, slots=True)
class WorkInProgress:
    """The tasks that are being done, the oldest first; of `undated` more nobody knows when they were started."""

    tasks: tuple[Ageing, ...] = ()
    undated: int = 0


def cycle_times(tasks: Sequence[TaskFact], now: datetime) -> CycleTimes:
    """Return the cycle times that can be believed (see `dirt`)."""
    return CycleTimes(tuple(sorted(filter(_is_time, map(cycle_days, cycled(tasks, now))))))


def cycle_times_by_type(tasks: Sequence[TaskFact], now: datetime) -> dict[str, CycleTimes]:
    """Return the cycle times of each type that has finished tasks, by name."""
    by_type: defaultdict[str, list[TaskFact]] = defaultdict(list)
    for each in cycled(tasks, now):
        by_type[each.type].append(each)
    return {name: cycle_times(mine, now) for name, mine in sorted(by_type.items())}


def ageing(tasks: Sequence[TaskFact], now: datetime) -> WorkInProgress:
    """Return how old the tasks are that are being done, against those that were finished."""
    times = cycle_times(tasks, now)
    found, undated = [], 0
    for each in present(tasks):
        if each.status != "doing":
            continue
        if each.started is None or is_future(each, now):
            undated += 1
            continue
        days = days_between(each.started, now)
        found.append(Ageing(each.key, each.type, days, times.share_within(days)))
    return WorkInProgress(tuple(sorted(found, key=lambda each: (-each.days, each.key))), undated)


def cycle_days(task: TaskFact) -> float:
    """Return the days from a task's first start to when it was first done, NaN where either is not known."""
    if task.started is None or task.first_done is None:
        return math.nan
    return days_between(task.started, task.first_done)


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the smallest of sorted values that at least this share (0 to 1) does not exceed, None without any."""
    return values[max(0, math.ceil(share * len(values) - 1e-9) - 1)] if values else None


def _is_time(days: float) -> bool:
    return not math.isnan(days)
