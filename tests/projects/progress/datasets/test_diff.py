"""Two versions side by side, by facts, splits, classes and rows."""

from __future__ import annotations

import numpy as np
import pytest

from projects.progress.datasets.diff import Line, Moved, Version, diff_of
from projects.progress.datasets.row_hashes import Hashes
from projects.progress.datasets.splits import Split


def rows(*numbers: int) -> Hashes:
    """Return hashes of rows, in order."""
    return np.array(numbers, dtype=np.uint64)


@pytest.mark.parametrize(
    ("before", "after", "differs", "change"),
    [(1, 1, False, 0), (10, 12, True, 2), (None, 1, None, None), ("a", "b", True, None), ("", "b", None, None)],
)
def test_a_line(before: str | int | None, after: str | int | None, differs: bool | None, change: int | None) -> None:
    line = Line("x", before, after)
    assert (line.differs, line.change) == (differs, change)


def test_splits_classes_and_rows() -> None:
    before = Version(
        {"digest": "a", "rows": 5, "schema_digest": "s"},
        {"train": Split("train", 3, class_counts={"cat": 2, "dog": 1}), "old": Split("old", 2)},
        {"train": rows(1, 2, 3), "old": rows(8, 9)},
    )
    after = Version(
        {"digest": "b", "rows": 6, "schema_digest": "s"},
        {"train": Split("train", 4, class_counts={"cat": 4}), "test": Split("test", 2)},
        {"train": rows(2, 3, 4, 5), "test": rows(1, 7)},
    )
    found = diff_of(before, after)
    assert {line.name: line.differs for line in found.lines if line.differs is not None} == {
        "digest": True,
        "rows": True,
        "schema_digest": False,
    }
    old, test, train = found.splits
    assert (old.name, old.after, old.common) == ("old", None, None)
    assert (test.name, test.before, test.rows.after) == ("test", None, 2)
    assert (train.common, train.added, train.removed, train.rows.change) == (2, 2, 1, 1)
    assert [(line.name, line.change) for line in train.classes] == [("cat", 2), ("dog", -1)]
    assert found.moved == [Moved("train", "test", 1)]


def test_without_hashes_or_an_earlier_version_nothing_is_invented() -> None:
    found = diff_of(Version({}), Version({"rows": 3}, {"train": Split("train", 3, class_counts={"cat": 3})}))
    (train,) = found.splits
    assert (train.common, train.before, train.rows.differs) == (None, None, None)
    assert [(line.before, line.after) for line in train.classes] == [(None, 3)]
    assert found.moved == []
