"""The arithmetic of labeling: what a change of a few tasks costs.

The change is 20 new annotations among ten each of many tasks, against counting every annotation again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

import numpy as np

from benchmarks.results import Result
from benchmarks.sizes import Size
from projects.progress.evaluations.confusion import Confusion
from projects.progress.labeling.agreement import agreement
from projects.progress.labeling.annotations import Annotation, Ratings, ratings_of, task_patterns
from projects.progress.labeling.pairs import Pair, moved_tables, pair_moves, pair_tables
from projects.progress.labeling.patterns import Patterns, moved, moves, patterns_of

TASKS: Final = {"tiny": 500}
CHANGED: Final = 20
T = TypeVar("T")
Counted = tuple[Patterns, dict[Pair, Confusion]]
START: Final = datetime(2026, 1, 1, tzinfo=UTC)


def measure(size: Size) -> list[Result]:
    """Return the cost of a change."""
    return change(TASKS.get(size.name, 20_000))


def change(tasks: int) -> list[Result]:
    """Return what a change costs in milliseconds, whether it gives what counting again gives, and the statistics."""
    before = ratings_of(made_up(tasks))
    patterns, tables = patterns_of(task_patterns(before).values()), pair_tables(before)
    old: Ratings = {task: before[task] for task in list(before)[:CHANGED]}
    new = {task: {**mine, "annotator 00": "e"} for task, mine in old.items()}
    after = {**before, **new}

    def step() -> Counted:
        flow = moves(task_patterns(old).values(), task_patterns(new).values())
        return moved(patterns, flow), moved_tables(tables, pair_moves(old, new))

    def again() -> Counted:
        return patterns_of(task_patterns(after).values()), pair_tables(after)

    (mine, stepped), (floor, counted) = timed(step), timed(again)
    figures, _ = timed(lambda: agreement(patterns))
    what = f"{CHANGED} of {10 * tasks:,} annotations change"
    return [
        Result("labeling", what, f"{mine:.1f} ms", f"all again {floor:.0f} ms", mine / floor, 0.05),
        Result("labeling", "changes that count otherwise", str(int(stepped != counted)), "", stepped != counted, 0),
        Result("labeling", f"agreement, {len(patterns.counts):,} patterns", f"{figures:.0f} ms", "", None),
    ]


def made_up(tasks: int) -> Sequence[Annotation]:
    """Make ten annotations of each task by twelve annotators, who are right in seven cases of ten or else guess."""
    chance = np.random.default_rng(1)
    truth = chance.integers(5, size=tasks)
    given = np.where(chance.random((tasks, 10)) < 0.7, truth[:, None], chance.integers(5, size=(tasks, 10)))
    return [
        Annotation(f"task {task}", f"annotator {who:02}", "abcde"[label], START + timedelta(seconds=task))
        for task, labels in enumerate(given.tolist())
        for who, label in zip(chance.permutation(12)[:10].tolist(), labels)
    ]


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return the milliseconds that some work took, and its result."""
    begun = time.perf_counter()
    found = work()
    return 1000 * (time.perf_counter() - begun), found
