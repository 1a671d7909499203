"""Confusion counts against scikit-learn: they merge, and a class that never came has no rate."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from kpis.scoring.evaluations.class_scores import balanced_accuracy, class_scores
from projects.progress.evaluations.confusion import Confusion, confusion_from, confusion_of, merge_confusions
from tests.kpis.scoring.evaluations.rows import digits

ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), max_size=60)


def confusion(rows: list[tuple[str, str]]) -> Confusion:
    return confusion_of([row[0] for row in rows], [row[1] for row in rows])


@pytest.mark.filterwarnings("ignore:A single label")
@settings(max_examples=40)
@given(ROWS.filter(bool))
def test_equals_scikit_learn(rows: list[tuple[str, str]]) -> None:
    labels, predictions = zip(*rows)
    found = confusion(rows)
    names = list(found.classes)
    matrix = confusion_matrix(labels, predictions, labels=names)
    counts = {(label, predicted): n for label, predicted, n in found.counts}
    assert [[counts.get((a, b), 0) for b in names] for a in names] == matrix.tolist()
    assert found.right / found.n == pytest.approx(accuracy_score(labels, predictions))
    precision, recall, f1, _ = precision_recall_fscore_support(labels, predictions, labels=names, zero_division=0)
    scores = class_scores(found)
    assert [scores[name].precision.rate or 0 for name in names] == pytest.approx(precision)
    assert [scores[name].recall.rate or 0 for name in names] == pytest.approx(recall)
    assert [scores[name].f1 for name in names] == pytest.approx(f1)


def test_the_digits() -> None:
    rows = digits()
    found = confusion_of([str(row[2]) for row in rows], [str(row[3]) for row in rows])
    assert (found.n, found.right, len(found.classes)) == (1000, 900, 10)
    balanced = balanced_accuracy(found)
    assert balanced is not None
    assert balanced == pytest.approx(0.9, abs=0.02)


@given(ROWS, st.integers(0, 60), st.randoms(use_true_random=False))
def test_pieces_add_up_in_any_order(rows: list[tuple[str, str]], cut: int, chance: random.Random) -> None:
    mixed = rows.copy()
    chance.shuffle(mixed)
    whole = confusion(rows)
    assert merge_confusions([confusion(mixed[cut:]), confusion(mixed[:cut])]) == whole
    assert merge_confusions([whole]) == whole


def test_what_never_came_has_no_rate() -> None:
    scores = class_scores(confusion([("a", "a"), ("a", "b")]))
    assert (scores["b"].recall.rate, scores["b"].precision.rate, scores["b"].f1) == (None, 0.0, 0.0)
    assert class_scores(confusion([("c", "a")]))["c"].precision.rate is None
    assert balanced_accuracy(confusion([("a", "a"), ("a", "b")])) == 0.5


def test_nothing_is_no_confusion() -> None:
    empty = confusion([])
    assert empty == Confusion() == merge_confusions([])
    assert (empty.n, empty.right, class_scores(empty), balanced_accuracy(empty)) == (0, 0, {}, None)


def test_zeros_are_left_out() -> None:
    assert confusion_from({("b", "a"): 2, ("a", "a"): 0}) == Confusion((("b", "a", 2),))


@pytest.mark.parametrize(
    "counts",
    [
        (("a", "b", 0),),
        (("a", "b", -1),),
        (("a", "b", 1.5),),
        (("b", "a", 1), ("a", "a", 1)),
        (("a", "a", 1), ("a", "a", 2)),
    ],
)
def test_what_is_no_confusion_is_refused(counts: Any) -> None:
    with pytest.raises(ValueError):
        Confusion(counts)


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError):
        confusion_of(["a"], [])
