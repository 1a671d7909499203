"""Which classes are taken for each other, and which tasks are disputed: by hand and by definition."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given

from projects.progress.labeling.annotations import task_patterns
from projects.progress.labeling.disagreement import (
    Disputed,
    Mixed,
    coincidences,
    disagreement,
    mixed_up,
    most_disputed,
)
from projects.progress.labeling.patterns import merge_patterns, pattern_of
from tests.projects.progress.labeling.ratings import GOLDEN, TASKS, Tasks, counted, krippendorff, named


def test_the_published_matrix() -> None:
    # Krippendorff 2011, example C: the coincidences of its 12 units, 40 labels that can be compared; here by hand.
    found = coincidences(counted(krippendorff(GOLDEN["krippendorff"][0])))
    assert sum(found.values()) == 40
    assert [found[each, each] for each in "12345"] == [7, 10, 8, 4, 3]
    apart = {"12": Fraction(4, 3), "13": Fraction(1, 3), "14": Fraction(1, 3), "23": Fraction(4, 3)}
    assert {pair: found[pair[0], pair[1]] for pair in apart} == apart


@given(TASKS)
def test_coincidences_by_definition(tasks: Tasks) -> None:
    found = coincidences(counted(tasks))
    pairs: dict[tuple[str, str], Fraction] = {}
    for task in tasks:
        for pair in permutations(task.values(), 2):
            pairs[pair] = pairs.get(pair, Fraction(0)) + Fraction(1, len(task) - 1)
    assert found == pairs
    assert all(found[two, one] == n for (one, two), n in found.items())
    assert sum(found.values()) == sum(len(task) for task in tasks if len(task) > 1)


@given(TASKS, TASKS)
def test_coincidences_add_up(one: Tasks, two: Tasks) -> None:
    mine, other = coincidences(counted(one)), coincidences(counted(two))
    both = coincidences(merge_patterns([counted(one), counted(two)]))
    assert both == {cell: mine.get(cell, 0) + other.get(cell, 0) for cell in mine.keys() | other.keys()}


def test_what_is_mixed_up() -> None:
    tasks = [pattern_of("ab"), pattern_of("ab"), pattern_of("abc"), pattern_of("aa"), pattern_of("c")]
    found = mixed_up(counted([dict(enumerate_labels(each)) for each in tasks]))
    assert found == (Mixed("a", "b", 3, 2.5), Mixed("a", "c", 1, 0.5), Mixed("b", "c", 1, 0.5))


def enumerate_labels(pattern: tuple[tuple[str, int], ...]) -> list[tuple[str, str]]:
    labels = [label for label, n in pattern for _ in range(n)]
    return [(f"annotator {place}", label) for place, label in enumerate(labels)]


@pytest.mark.parametrize(
    ("labels", "share"), [("", None), ("a", None), ("aa", 0), ("ab", 1), ("aab", 2 / 3), ("aaab", 0.5), ("abcd", 1)]
)
def test_disagreement_of_a_task(labels: str, share: float | None) -> None:
    found = disagreement(pattern_of(labels))
    assert found == (None if share is None else pytest.approx(share))


def test_the_most_disputed_come_first() -> None:
    tasks = {"1": pattern_of("ab"), "2": pattern_of("aab"), "3": pattern_of("abcd"), "4": pattern_of("aaa"), "5": ()}
    found = most_disputed(tasks, 10)
    assert [each.task for each in found] == ["3", "1", "2"]
    assert found[1] == Disputed("1", 1.0, (("a", 1), ("b", 1)))
    assert most_disputed(tasks, 1) == found[:1]
    assert most_disputed(tasks, -1) == ()


@given(TASKS)
def test_no_task_that_is_left_out_is_disputed_more(tasks: Tasks) -> None:
    patterns = task_patterns(named(tasks))
    found = most_disputed(patterns, 3)
    least = min((each.disagreement for each in found), default=0.0)
    left = [disagreement(patterns[name]) or 0.0 for name in patterns.keys() - {each.task for each in found}]
    assert max(left, default=0.0) <= least if len(found) == 3 else not any(left)
