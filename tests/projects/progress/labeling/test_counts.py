"""Progress of labeling, by hand: batches add up, and impossible counts are refused."""

from __future__ import annotations

from typing import Any

import pytest

from projects.progress.labeling.counts import LabelingCounts, merge_labeling


def test_what_is_left() -> None:
    counts = LabelingCounts(100, 60, reviewed=20, skipped=5)
    assert (counts.remaining, counts.done) == (35, 0.65)
    assert LabelingCounts(100, 60).remaining == 40


def test_without_tasks_nothing_is_done_and_nothing_is_left() -> None:
    assert (LabelingCounts(0, 0).done, LabelingCounts(0, 0).remaining) == (None, 0)


def test_batches_add_up() -> None:
    one = LabelingCounts(100, 60, 20, 5, {"fraud": 3, "fine": 57})
    two = LabelingCounts(50, 10, 0, 0, {"fine": 10})
    both = LabelingCounts(150, 70, 20, 5, {"fine": 67, "fraud": 3})
    assert merge_labeling([one, two]) == merge_labeling([two, one]) == both
    assert merge_labeling([]) == LabelingCounts(0, 0)


def test_what_one_batch_does_not_say_is_unknown_of_all() -> None:
    merged = merge_labeling([LabelingCounts(100, 60, 20, 5), LabelingCounts(50, 10, skipped=1)])
    assert (merged.reviewed, merged.skipped) == (None, 6)


@pytest.mark.parametrize(
    "counts",
    [
        {"total": -1, "labeled": 0},
        {"total": 10, "labeled": 11},
        {"total": 10, "labeled": 8, "skipped": 3},
        {"total": 10, "labeled": 8, "reviewed": 9},
        {"total": 10, "labeled": 8, "per_class": {"a": -1}},
        {"total": 10, "labeled": 8.0},
        {"total": 10, "labeled": True},
    ],
)
def test_impossible_counts(counts: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        LabelingCounts(**counts)
