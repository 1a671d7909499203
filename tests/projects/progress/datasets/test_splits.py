"""What of the held-out data was trained on: by the names of splits, and only where it is known."""

from __future__ import annotations

import pytest

from projects.progress.datasets.splits import Leak, Overlap, held_out, leak_of, role_of


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("train", "train"),
        ("Training", "train"),
        (" test ", "test"),
        ("holdout", "test"),
        ("val", "validation"),
        ("x", "other"),
    ],
)
def test_roles_by_name(name: str, role: str) -> None:
    assert role_of(name) == role


def test_validation_measures_where_nothing_is_called_test() -> None:
    assert held_out(["train", "val", "test"]) == {"test"}
    assert held_out(["train", "val"]) == {"val"}
    assert held_out(["train", "rest"]) == frozenset()


THREE = ["train", "validation", "test"]


@pytest.mark.parametrize(
    ("names", "overlaps", "leak"),
    [
        (THREE, [], Leak()),
        (THREE, [Overlap("validation", "test", 9)], Leak()),
        (THREE, [Overlap("train", "test", 0)], Leak(0)),
        (THREE, [Overlap("test", "train", 412, 3)], Leak(412, 3)),
        (THREE, [Overlap("train", "test", 0, 0)], Leak(0, 0)),
        (["train", "val"], [Overlap("train", "val", 2)], Leak(2)),
        # Two test splits, of which one is not compared: what is not known is no zero, what is found stays.
        (["train", "test", "holdout"], [Overlap("test", "train", 0)], Leak()),
        (["train", "test", "holdout"], [Overlap("test", "train", 5)], Leak(5)),
        (["train", "test", "holdout"], [Overlap("test", "train", 5), Overlap("train", "holdout", 2)], Leak(7)),
        (["a", "b"], [Overlap("a", "b", 5)], Leak()),
        ([], [], Leak()),
    ],
)
def test_leaks(names: list[str], overlaps: list[Overlap], leak: Leak) -> None:
    assert leak_of(names, overlaps) == leak
