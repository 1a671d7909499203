"""Patterns of labels: sums in any order, and a change of some tasks gives what counting all again gives."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.progress.labeling.annotations import task_patterns
from projects.progress.labeling.patterns import (
    Patterns,
    merge_patterns,
    moved,
    moves,
    pattern_of,
    patterns_by,
    patterns_of,
)
from tests.projects.progress.labeling.ratings import TASKS, Tasks, counted, named


def test_by_hand() -> None:
    found = counted([{"ann": "a", "bob": "b"}, {"ann": "b", "cem": "a"}, {"ann": "a"}, {}])
    assert found.counts == (((("a", 1),), 1), ((("a", 1), ("b", 1)), 2))
    assert found.tasks == 3
    assert found.labels == {"a": 3, "b": 2}
    assert pattern_of(["b", "a", "b"]) == (("a", 1), ("b", 2))


@given(TASKS, st.integers(0, 25), st.randoms(use_true_random=False))
def test_parts_and_order_change_nothing(tasks: Tasks, cut: int, chance: random.Random) -> None:
    mixed = tasks.copy()
    chance.shuffle(mixed)
    assert counted(mixed) == counted(tasks)
    parts = [counted(tasks[:cut]), counted(tasks[cut:])]
    assert merge_patterns(parts) == merge_patterns(parts[::-1]) == counted(tasks)


@given(TASKS, st.integers(0, 25))
def test_periods_add_up(tasks: Tasks, cut: int) -> None:
    patterns = task_patterns(named(tasks))
    periods = {name: "2026-W47" if place < cut else "2026-W48" for place, name in enumerate(patterns)}
    found = patterns_by(patterns, periods)
    assert list(found) == sorted(set(periods.values()))
    assert merge_patterns(found.values()) == counted(tasks)
    assert found.get("2026-W47", Patterns()) == counted(tasks[:cut])
    assert patterns_by(patterns, {}) == {}


@given(TASKS, TASKS)
def test_a_change_equals_counting_all_again(old: Tasks, new: Tasks) -> None:
    # The first tasks change, appear or disappear; the rest are not even named.
    rest = [{"ann": "a", "bob": "c"}, {"dee": "d"}]
    change = moves(task_patterns(named(old)).values(), task_patterns(named(new)).values())
    assert moved(counted(old + rest), change) == counted(new + rest)
    assert moved(counted(new + rest), {pattern: -n for pattern, n in change.items()}) == counted(old + rest)
    assert all(change.values())


def test_no_more_tasks_leave_than_there_are() -> None:
    with pytest.raises(ValueError, match="More tasks leave"):
        moved(Patterns(), moves([pattern_of("a")], [pattern_of("b")]))


@pytest.mark.parametrize("n", [0, -1, 1.0, True])
def test_counts_are_whole(n: object) -> None:
    with pytest.raises(ValueError, match="whole"):
        Patterns(((pattern_of("a"), n),))  # type: ignore[arg-type]


def test_patterns_are_distinct_and_in_order() -> None:
    one, two = pattern_of("a"), pattern_of("b")
    for wrong in ([(two, 1), (one, 1)], [(one, 1), (one, 1)]):
        with pytest.raises(ValueError, match="in order"):
            Patterns(tuple(wrong))
    assert patterns_of([(), two, one]) == Patterns(((one, 1), (two, 1)))
