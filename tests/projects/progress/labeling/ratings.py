"""Ratings for tests: tables of golden/04_agreement.json, and made-up ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from projects.progress.labeling.annotations import task_patterns
from projects.progress.labeling.patterns import Patterns, patterns_of
from tests.kpis.scoring.golden import golden

GOLDEN = golden("04_agreement")
LABELS = st.sampled_from("abcd")
Tasks = list[dict[str, str]]
# Up to four annotators, any of whom may have left a task out.
TASKS = st.lists(st.dictionaries(st.sampled_from(["ann", "bob", "cem", "dee"]), LABELS), max_size=25)


def whole(size: int) -> st.SearchStrategy[Tasks]:
    """Make tasks that each of so many annotators labeled."""
    names = [f"annotator {place}" for place in range(size)]
    return st.lists(st.fixed_dictionaries(dict.fromkeys(names, LABELS)), min_size=1, max_size=25)


def named(tasks: Iterable[dict[str, str]]) -> dict[str, dict[str, str]]:
    """Name tasks by their place."""
    return {f"task {place:05}": mine for place, mine in enumerate(tasks)}


def counted(tasks: Iterable[dict[str, str]]) -> Patterns:
    """Count the patterns of tasks."""
    return patterns_of(task_patterns(named(tasks)).values())


def krippendorff(case: dict[str, Any]) -> Tasks:
    """Return the tasks of a golden table, whose rows are annotators."""
    rows = [row.split() if isinstance(row, str) else row for row in case["data"]]
    return [
        {f"annotator {place}": label for place, label in enumerate(unit) if label != case["missing"]}
        for unit in zip(*rows, strict=True)
    ]


def fleiss(case: dict[str, Any]) -> Tasks:
    """Return the tasks of a golden table: the labels of each, or how often each class was given."""
    rows = case.get("ratings") or [
        [place for place, n in enumerate(row) for _ in range(int(n))] for row in case["table"]
    ]
    return [{f"annotator {place}": str(label) for place, label in enumerate(row)} for row in rows]


def simulated(tasks: int, raters: int, right: float, seed: int, classes: str = "abc") -> Tasks:
    """Make tasks whose annotators are each right with a probability, and else give any class."""
    chance = np.random.default_rng(seed)
    truth = chance.integers(len(classes), size=tasks)
    guess = chance.integers(len(classes), size=(tasks, raters))
    given = np.where(chance.random((tasks, raters)) < right, truth[:, None], guess)
    return [{f"annotator {place:02}": classes[each] for place, each in enumerate(row)} for row in given.tolist()]
