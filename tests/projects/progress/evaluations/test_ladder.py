"""Levels and ladders: rows and counts say the same, in any order and in any pieces."""

from __future__ import annotations

import math
import random
from collections import Counter
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.progress.evaluations.ladder import Ladder, ladder_from, ladder_of, merge_ladders
from projects.progress.evaluations.levels import ABSTAINED, UnusableRow, flags_of, levels_of, strictest_level
from tests.kpis.scoring.evaluations.rows import ROWS, ladder


@pytest.mark.parametrize(
    "confidence,level",
    [
        (0.0, 0),
        (1.0, 10_000),
        (0.12345, 1234),
        (0.00005, 0),
        (0.00015, 1),
        (0.99995, 10_000),
        (0.99994, 9_999),
        (-0.0, 0),
        (math.nan, ABSTAINED),
        (None, ABSTAINED),
    ],
)
def test_the_level_of_a_confidence(confidence: float | None, level: int) -> None:
    # 0.00015 is a little less in double precision, and so is its product with 10,000.
    assert levels_of(np.array([confidence], dtype=np.float64)).tolist() == [level]


@given(st.floats(0, 1))
def test_levels_are_rounded_half_to_even_in_double_precision(confidence: float) -> None:
    exact = Decimal(confidence * 10_000).quantize(Decimal(1), ROUND_HALF_EVEN)
    assert levels_of([confidence]).tolist() == [int(exact)]


@given(st.floats(0, 1, width=32))
def test_single_precision_counts_like_its_double(confidence: float) -> None:
    assert levels_of(np.array([confidence], dtype=np.float32)).tolist() == levels_of([confidence]).tolist()


@pytest.mark.parametrize("bad", [1.0001, -0.1, 93.0, math.inf, -math.inf])
def test_the_first_confidence_out_of_range_is_named(bad: float) -> None:
    with pytest.raises(UnusableRow, match="between 0 and 1") as error:
        levels_of([0.5, math.nan, bad, 7.0])
    assert error.value.row == 2


@pytest.mark.parametrize("bad", [0.5, 2, -1, math.nan])
def test_there_are_no_weights_and_no_half_correct_cases(bad: float) -> None:
    with pytest.raises(UnusableRow, match="0 or 1") as error:
        ladder_of([0.5, 0.5], [1, bad])
    assert error.value.row == 1


def test_words_are_no_flags() -> None:
    with pytest.raises(UnusableRow, match="“label”"):
        flags_of(["yes"], "label")
    assert flags_of([]).tolist() == []


@pytest.mark.parametrize(
    "threshold,level",
    [(0.29, 2900), (0.7, 7000), (0.29004, 2901), (0.0, 0), (1.0, 10_000), (1.5, 15_000), (-1.0, -10_000)],
)
def test_the_strictest_level_of_a_threshold(threshold: float, level: int) -> None:
    assert strictest_level(threshold) == level


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_threshold_is_finite(bad: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        strictest_level(bad)


def test_rows_become_counts() -> None:
    found = ladder_of([0.9, 0.5, 0.9, math.nan, 0.9], [True, False, False, True, True])
    assert found == Ladder((9000, 5000), (2, 0), (1, 1), abstained_right=1)
    assert (found.n, found.answered, found.abstained) == (5, 4, 1)


def test_nothing_is_an_empty_ladder() -> None:
    assert ladder_of([], []) == Ladder() == merge_ladders([])
    assert Ladder().n == 0


def test_only_abstentions_have_no_level() -> None:
    assert ladder_of([math.nan, math.nan], [1, 0]) == Ladder(abstained_right=1, abstained_wrong=1)


@given(ROWS)
def test_counts_equal_rows(rows: list[tuple[float, bool]]) -> None:
    found = ladder(rows)
    counted = Counter((ABSTAINED if math.isnan(a) else round(a * 10_000), b) for a, b in rows)
    assert found.n == len(rows)
    assert found.abstained_right == counted.pop((ABSTAINED, True), 0)
    assert found.abstained_wrong == counted.pop((ABSTAINED, False), 0)
    assert {level for level, _ in counted} == set(found.levels)
    for level, right, wrong in zip(found.levels, found.right, found.wrong):
        assert (right, wrong) == (counted[level, True], counted[level, False])


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[tuple[float, bool]], chance: random.Random) -> None:
    mixed = rows.copy()
    chance.shuffle(mixed)
    assert ladder(mixed) == ladder(rows)


@given(ROWS, st.integers(0, 60), st.integers(0, 60))
def test_pieces_add_up_to_the_whole(rows: list[tuple[float, bool]], one: int, two: int) -> None:
    first, last = sorted((one, two))
    pieces = [ladder(rows[:first]), ladder(rows[first:last]), ladder(rows[last:])]
    assert merge_ladders(pieces) == merge_ladders(pieces[::-1]) == ladder(rows)


@given(ROWS)
def test_counts_by_level_equal_rows_in_any_order(rows: list[tuple[float, bool]]) -> None:
    one_by_one = [(level, int(row[1]), int(not row[1])) for row in rows for level in levels_of([row[0]]).tolist()]
    assert ladder_from(one_by_one[::-1]) == ladder(rows)


@pytest.mark.parametrize(
    "fields",
    [
        {"levels": (1,), "right": (1,), "wrong": ()},
        {"levels": (1, 2), "right": (1, 1), "wrong": (0, 0)},
        {"levels": (2, 2), "right": (1, 1), "wrong": (0, 0)},
        {"levels": (10_001,), "right": (1,), "wrong": (0,)},
        {"levels": (5,), "right": (0,), "wrong": (0,)},
        {"levels": (5,), "right": (-1,), "wrong": (2,)},
        {"levels": (5,), "right": (0.5,), "wrong": (1,)},
        {"levels": (5,), "right": (True,), "wrong": (1,)},
        {"levels": (-1,), "right": (1,), "wrong": (1,)},
        {"abstained_right": -1},
        {"scale": 0},
    ],
)
def test_what_is_no_ladder_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Ladder(**fields)


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="same length"):
        ladder_of([0.5, 0.6], [1])


def test_scales_are_not_mixed() -> None:
    with pytest.raises(ValueError, match="scales"):
        merge_ladders([ladder_of([0.5], [1]), ladder_of([0.5], [1], 100)])
