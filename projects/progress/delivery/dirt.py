"""What is wrong with a tracker's moments: counted by kind, left out of the figures it would spoil, and told.

A task may be of several kinds. Deleted tasks are left out everywhere. Of the others, moments in the future and moments
that contradict each other never reach a figure that rests on them; everything else of the task still counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from projects.progress.delivery.facts import TaskFact, known

Kind = Literal[
    "deleted",
    "reopened",
    "done_before_started",
    "done_before_created",
    "done_without_start",
    "without_moment",
    "in_future",
]
WORDS: Final[Mapping[Kind, tuple[str, str]]] = {
    "deleted": ("deleted", "left out everywhere"),
    "reopened": ("opened again after being done", "done once, at first; left out of cycle times and effort"),
    "done_before_started": ("done before the start (a negative cycle time)", "left out of cycle times and effort"),
    "done_before_created": ("done before being created", "left out of cycle times and effort"),
    "done_without_start": ("done without a start", "left out of cycle times and effort"),
    "without_moment": ("done or cancelled, but nobody knows when", "left out of throughput and flow"),
    "in_future": ("with a moment in the future", "left out of everything that counts moments"),
}
"""Each kind: what it is, after a count, and what becomes of it."""


@dataclass(frozen=True, slots=True)
class Dirt:
    """How many tasks of so many are of each kind; kinds without a task are not there."""

    tasks: int = 0
    counts: Mapping[Kind, int] = field(default_factory=dict)

    @property
    def words(self) -> tuple[str, ...]:
        """Each kind in a sentence, in a fixed order."""
        told = ((self.counts.get(kind, 0), *words) for kind, words in WORDS.items())
        return tuple(f"{n:,} of {self.tasks:,} {what}: {then}." for n, what, then in told if n)


def is_future(task: TaskFact, now: datetime) -> bool:
    """Say whether one of its moments has not come yet."""
    own = known((task.created_at, task.started_at, task.done_at))
    return any(each > now for each in (*own, *(change.at for change in task.changes)))


def is_without_moment(task: TaskFact) -> bool:
    """Say whether it ended, and nothing says when."""
    if task.status == "done":
        return task.first_done is None
    return task.status == "cancelled" and task.cancelled is None


def is_negative(task: TaskFact) -> bool:
    """Say whether it was done before it was started."""
    return task.started is not None and task.first_done is not None and task.first_done < task.started


def is_before_created(task: TaskFact) -> bool:
    """Say whether it was done before there was such a task."""
    return task.first_done is not None and task.first_done < task.created_at


def is_without_start(task: TaskFact) -> bool:
    """Say whether it was done, and nothing says when it was started."""
    return task.first_done is not None and task.started is None


def counted(tasks: Sequence[TaskFact], now: datetime) -> Dirt:
    """Count what is wrong. A deleted task is of that kind alone."""
    kept = present(tasks)
    tests: dict[Kind, Callable[[TaskFact], bool]] = {
        "reopened": lambda task: task.is_reopened,
        "done_before_started": is_negative,
        "done_before_created": is_before_created,
        "done_without_start": is_without_start,
        "without_moment": is_without_moment,
        "in_future": lambda task: is_future(task, now),
    }
    counts: dict[Kind, int] = {"deleted": len(tasks) - len(kept)}
    counts |= {kind: sum(map(test, kept)) for kind, test in tests.items()}
    return Dirt(len(tasks), {kind: n for kind, n in counts.items() if n})


def present(tasks: Iterable[TaskFact]) -> list[TaskFact]:
    """Return the tasks that are not deleted."""
    return [each for each in tasks if each.deleted_at is None]


def dated(tasks: Iterable[TaskFact], now: datetime) -> list[TaskFact]:
    """Return the tasks whose moments can be counted: not deleted, nothing in the future, an end that is known."""
    return [each for each in present(tasks) if not is_future(each, now) and not is_without_moment(each)]


def cycled(tasks: Iterable[TaskFact], now: datetime) -> list[TaskFact]:
    """Return the finished tasks whose cycle time can be believed."""
    wrong = (is_negative, is_before_created, is_without_start)
    done = [each for each in dated(tasks, now) if each.status == "done" and not each.is_reopened]
    return [each for each in done if not any(test(each) for test in wrong)]
