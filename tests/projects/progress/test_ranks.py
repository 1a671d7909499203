"""Ranks: there is always room between two, whatever was put there before."""

from __future__ import annotations

import random

import pytest

from projects.progress.ranks import DIGITS, between, spread


def test_digits_sort_by_their_bytes() -> None:
    assert sorted(DIGITS) == list(DIGITS)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ("", "", "V"),
        ("V", "", "k"),
        ("", "V", "F"),
        ("A", "B", "AV"),
        ("A", "AV", "AF"),
        ("", "1", "0V"),
        ("z", "", "zV"),
        ("A", "A1", "A0V"),
        ("A01", "A1", "A0V"),
        ("Az", "B", "AzV"),
    ],
)
def test_a_rank_between_two(low: str, high: str, expected: str) -> None:
    assert between(low, high) == expected
    assert low < expected
    assert not high or expected < high


@pytest.mark.parametrize(("low", "high"), [("B", "A"), ("A", "A"), ("A0", "B"), ("", "A0"), ("é", ""), ("A", "A-")])
def test_what_has_nothing_between(low: str, high: str) -> None:
    with pytest.raises(ValueError, match="rank"):
        between(low, high)


def test_any_order_of_insertions_stays_in_order() -> None:
    dice = random.Random(7)
    ranks: list[str] = []
    for _ in range(2_000):
        place = dice.randint(0, len(ranks))
        low, high = ranks[place - 1] if place else "", ranks[place] if place < len(ranks) else ""
        ranks.insert(place, between(low, high))
    assert ranks == sorted(set(ranks))


def test_always_at_the_same_place_grows_slowly() -> None:
    low, high = "A", "B"
    for _ in range(100):
        high = between(low, high)
    assert len(high) <= 25


@pytest.mark.parametrize("count", [0, 1, 30, 31, 500, 5_000])
def test_spread_ranks_are_in_order_with_room(count: int) -> None:
    ranks = spread(count)
    assert len(ranks) == count
    assert ranks == sorted(set(ranks))
    for low, high in zip(["", *ranks], [*ranks, ""], strict=True):
        assert low < between(low, high)
