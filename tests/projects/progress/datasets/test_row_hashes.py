"""Rows counted by their hashes, worked out by hand on few, and against sets on many."""

from __future__ import annotations

import base64
import random

import numpy as np
import pytest

from projects.progress.datasets.row_hashes import MOST_ROWS, counted, of_bytes, shared, to_bytes, unpacked


def text_of(*rows: int) -> str:
    """Return rows, numbers here, as they are sent."""
    return base64.b64encode(b"".join(row.to_bytes(8, "big") for row in rows)).decode()


def test_rows_duplicates_and_a_digest_that_knows_no_order() -> None:
    found = counted(unpacked(text_of(3, 1, 3, 2**64 - 1, 3)))
    assert (found.rows, found.duplicates) == (5, 2)
    assert found.distinct.tolist() == [1, 3, 2**64 - 1]
    assert counted(unpacked(text_of(1, 3, 3, 3, 2**64 - 1))).digest == found.digest
    assert counted(unpacked(text_of(1, 3, 3, 2**64 - 1))).digest != found.digest
    assert counted(unpacked("")).rows == 0


def test_hashes_survive_being_kept() -> None:
    rows = counted(unpacked(text_of(9, 2, 2**63))).distinct
    assert of_bytes(memoryview(to_bytes(rows))).tolist() == [2, 9, 2**63]


@pytest.mark.parametrize(
    ("left", "right", "both"),
    [
        ([], [], 0),
        ([1], [], 0),
        ([1, 2, 3], [3, 4], 1),
        ([5], [1, 2, 3], 0),
        ([1, 9], [1, 9], 2),
        ([0], [2**64 - 1], 0),
    ],
)
def test_what_two_splits_share(left: list[int], right: list[int], both: int) -> None:
    ours, theirs = np.array(left, dtype=np.uint64), np.array(right, dtype=np.uint64)
    assert shared(ours, theirs) == shared(theirs, ours) == both


def test_it_counts_as_sets_do() -> None:
    chance = random.Random(4)
    for _ in range(50):
        left, right = ([chance.randrange(60) for _ in range(chance.randrange(80))] for _ in "ab")
        ours, theirs = counted(unpacked(text_of(*left))), counted(unpacked(text_of(*right)))
        assert shared(ours.distinct, theirs.distinct) == len({*left} & {*right})
        assert ours.duplicates == len(left) - len({*left})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no base64!", "is no base64"),
        (base64.b64encode(b"123456789").decode(), "does not hold 8 bytes a row"),
        ("A" * ((MOST_ROWS * 8 + 2) // 3 * 4 + 4), "more than 2,000,000 hashes"),
    ],
)
def test_what_is_no_hashes_is_told(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        unpacked(text)
