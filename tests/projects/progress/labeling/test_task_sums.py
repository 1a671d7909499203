"""What a task adds to the sums, by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from projects.progress.labeling.task_sums import (
    MOST_PAIRED,
    Answer,
    Cell,
    TaskLabels,
    cells_of,
    labels_of,
    majority,
    moves_of,
)

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday


def answer(annotator: int, label: str | None, hours: float = 0, *, skip: bool = False) -> Answer:
    return Answer(annotator, label, NOON + timedelta(hours=hours), skip)


@pytest.mark.parametrize(
    ("answers", "gold", "state", "class_", "disagreement"),
    [
        ([], "", "open", "", None),
        ([], "cat", "open", "", None),
        ([answer(1, "cat")], "", "labeled", "cat", None),
        ([answer(1, "cat"), answer(2, "cat"), answer(3, "dog")], "", "labeled", "cat", pytest.approx(2 / 3)),
        ([answer(1, "cat"), answer(2, "dog")], "", "labeled", "", 1.0),
        ([answer(1, "cat"), answer(2, "dog")], "dog", "labeled", "dog", 1.0),
        ([answer(1, None, skip=True)], "", "skipped", "", None),
        ([answer(1, None, skip=True), answer(2, "cat")], "", "labeled", "cat", None),
        ([answer(1, None, skip=True), answer(1, "cat", 1)], "", "labeled", "cat", None),
        ([answer(1, "cat"), answer(1, None, 1)], "", "open", "", None),
        ([answer(1, "cat"), answer(1, None, 1, skip=True)], "", "skipped", "", None),
        ([answer(1, "dog", 1), answer(1, "cat", 2)], "", "labeled", "cat", None),
    ],
)
def test_what_answers_say_together(
    answers: list[Answer], gold: str, state: str, class_: str, disagreement: float | None
) -> None:
    for given in (answers, answers[::-1]):
        found = labels_of(given, gold)
        assert (found.state, found.class_, found.disagreement) == (state, class_, disagreement)


def test_the_first_label_dates_the_task_and_the_newest_that_counts_its_week() -> None:
    found = labels_of([answer(1, "dog", -48), answer(1, "cat"), answer(2, "cat", 24 * 5), answer(3, None, 24 * 9)])
    assert found.first_at == NOON - timedelta(hours=48)
    assert found.last_at == NOON + timedelta(days=5)
    assert found.ratings == {1: "cat", 2: "cat"}
    assert cells_of(found, "b1", True) == [
        Cell("b1", "state", None, ("labeled", True)),
        Cell("", "day", date(2026, 3, 2), ()),
        Cell("", "pattern", date(2026, 3, 9), (("cat", 2),)),
        Cell("b1", "class", None, ("cat",)),
        Cell("", "pair", None, (1, 2, "cat", "cat")),
    ]


def test_a_task_without_a_label_adds_to_its_state_alone() -> None:
    assert cells_of(TaskLabels("skipped")) == [Cell("", "state", None, ("skipped", None))]


def test_a_tie_counts_for_no_class() -> None:
    assert majority((("cat", 2), ("dog", 2), ("owl", 1))) == ""
    assert majority(()) == ""
    assert "class" not in {each.kind for each in cells_of(labels_of([answer(1, "cat"), answer(2, "dog")]))}


def test_a_crowd_is_not_paired() -> None:
    crowd = [answer(number, "cat") for number in range(1, MOST_PAIRED + 2)]
    assert sum(each.kind == "pair" for each in cells_of(labels_of(crowd[:-1]))) == MOST_PAIRED * (MOST_PAIRED - 1) / 2
    assert "pair" not in {each.kind for each in cells_of(labels_of(crowd))}


def test_moves_name_what_changed_alone() -> None:
    before, after = cells_of(labels_of([answer(1, "cat")])), cells_of(labels_of([answer(1, "dog")]))
    assert moves_of(before, before) == {}
    assert moves_of(before, after) == {
        Cell("", "class", None, ("cat",)): -1,
        Cell("", "class", None, ("dog",)): 1,
        Cell("", "pattern", date(2026, 3, 2), (("cat", 1),)): -1,
        Cell("", "pattern", date(2026, 3, 2), (("dog", 1),)): 1,
    }


def test_gold_questions_count_whom_they_test() -> None:
    truth = Answer(3, "cat", NOON, is_ground_truth=True)
    found = labels_of([answer(1, "cat"), answer(2, "dog"), truth, answer(4, "cat"), answer(4, None, 1)], "cat")
    assert [each for each in cells_of(found) if each.kind == "gold"] == [
        Cell("", "gold", None, (1, "cat", "cat")),
        Cell("", "gold", None, (2, "cat", "dog")),
    ]
    assert not labels_of([answer(1, "cat")]).asked
