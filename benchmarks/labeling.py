"""The arithmetic of labeling: how well forecasts of real teams held, and what a change of a few tasks costs.

Coverage is the share of outcomes at or before the forecast P85, at each week of two real series, for work of two, four
and eight mean weeks; the lowest and the highest of these are shown. The change is 20 new annotations among ten each of
many tasks, against counting every annotation again.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from benchmarks.results import Result
from benchmarks.sizes import Size
from kpis.scoring.forecast_scores import backtest
from mltrack.env import BASE_DIR
from projects.progress.evaluations.confusion import Confusion
from projects.progress.labeling.agreement import agreement
from projects.progress.labeling.annotations import Annotation, Ratings, ratings_of, task_patterns
from projects.progress.labeling.pairs import Pair, moved_tables, pair_moves, pair_tables
from projects.progress.labeling.patterns import Patterns, moved, moves, patterns_of

SERIES: Final = ("DEV", "PS")
WINDOWS: Final = (6, 12, 26)
AHEAD: Final = (2, 4, 8)
LEAST_WINDOW: Final = 12
"""From this history on, coverage is promised."""
TASKS: Final = {"tiny": 500}
CHANGED: Final = 20
T = TypeVar("T")
Counted = tuple[Patterns, dict[Pair, Confusion]]
START: Final = datetime(2026, 1, 1, tzinfo=UTC)


def measure(size: Size) -> list[Result]:
    """Return the coverage by history, and the cost of a change."""
    return [*(row for window in WINDOWS for row in coverage(window)), *change(TASKS.get(size.name, 20_000))]


def coverage(window: int) -> list[Result]:
    """Return the lowest and the highest coverage of P85 with so many weeks of history."""
    found = [backtest(weekly(BASE_DIR / "tests" / "golden", name), window, ahead) for name in SERIES for ahead in AHEAD]
    shares = [each.p85.coverage for each in found if each.p85]
    asked = window >= LEAST_WINDOW
    low, high, what = min(shares), max(shares), f"P85 coverage, {window} weeks of history"
    return [
        Result("labeling", f"{what}, lowest", f"{low:.2f}", "", low, 0.80 if asked else None, at_least=True),
        Result("labeling", f"{what}, highest", f"{high:.2f}", "", high, 0.95 if asked else None),
    ]


def weekly(folder: Path, name: str) -> list[int]:
    """Return the outputs per week of a real team."""
    with (folder / f"05_weekly_laukkanen_{name}.csv").open(encoding="utf-8") as lines:
        return [int(row["count"]) for row in csv.DictReader(lines)]


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
