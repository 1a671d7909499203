"""Gold questions, by hand: figures of single annotators from five questions on, and nobody is ranked."""

from __future__ import annotations

import pytest

from projects.progress.evaluations.confusion import Confusion
from projects.progress.labeling.gold import GoldCount, gold_answers

GOLD = {f"task {place}": "fraud" if place < 3 else "fine" for place in range(6)}


def test_answers_against_what_is_right() -> None:
    ratings = {
        **{task: {"zoe": label, "ann": "fine"} for task, label in GOLD.items()},
        "task 5": {"zoe": "fine", "bob": "fraud"},
        "elsewhere": {"bob": "fine"},
    }
    found = gold_answers(GOLD, ratings)
    # In the order of names: the better one comes last.
    assert found.annotators == (GoldCount("ann", 2, 5), GoldCount("zoe", 6, 6))
    assert found.too_few == 1
    assert found.together == Confusion(
        (("fine", "fine", 5), ("fine", "fraud", 1), ("fraud", "fine", 3), ("fraud", "fraud", 3))
    )
    assert (found.together.right, found.together.n) == (8, 12)


def test_four_answers_are_too_few() -> None:
    found = gold_answers(GOLD, {task: {"ann": "fine"} for task in list(GOLD)[:4]})
    assert (found.annotators, found.too_few, found.together.n) == ((), 1, 4)
    more = gold_answers(GOLD, {task: {"ann": "fine"} for task in GOLD}, fewest=7)
    assert (more.annotators, more.too_few) == ((), 1)


def test_no_gold_is_no_answer() -> None:
    assert gold_answers({}, {"1": {"ann": "a"}}).together == Confusion()
    assert gold_answers(GOLD, {}).annotators == ()


def test_the_least_cannot_be_lowered() -> None:
    with pytest.raises(ValueError, match="five"):
        gold_answers(GOLD, {}, fewest=4)
