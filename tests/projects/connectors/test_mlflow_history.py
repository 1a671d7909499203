"""Thinning keeps what a reader of a chart must see."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.connectors.mlflow.history import parse_points, thinned
from projects.connectors.records import HistoryPoint


def line(values: list[Any]) -> list[HistoryPoint]:
    return parse_points([{"step": step, "timestamp": 1000 + step, "value": value} for step, value in enumerate(values)])


def test_points_are_ordered_by_step_and_time() -> None:
    raw = [(2, 5, 0.3), (1, 9, 0.2), (1, 3, 0.1)]
    points = parse_points([{"step": step, "timestamp": at, "value": value} for step, at, value in raw])
    assert [each.value for each in points] == [0.1, 0.2, 0.3]


def test_points_that_are_no_numbers_are_left_out() -> None:
    raw: list[dict[str, Any]] = [{"value": "x"}, {}, {"step": 2**70, "value": 1}, {"step": 1, "value": "NaN"}]
    points = parse_points(raw)
    assert [(each.step, each.special) for each in points] == [(1, "nan")]


def test_short_histories_stay_whole() -> None:
    points = line([0.1] * 2000)
    assert thinned(points) == points


def test_extremes_specials_and_ends_stay() -> None:
    values: list[Any] = [math.sin(step / 50) for step in range(30_000)]
    values[12_345], values[20_001], values[25_000] = 99.0, -99.0, math.nan
    points = line(values)
    kept = thinned(points)
    assert len(kept) <= 2000
    assert {99.0, -99.0} <= {each.value for each in kept}
    assert [each.step for each in kept if each.special] == [25_000]
    assert (kept[0], kept[-1]) == (points[0], points[-1])


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_history_of_specials_alone_is_thinned_too(value: float) -> None:
    assert 2 <= len(thinned(line([value] * 5000))) <= 2000


@given(st.lists(st.floats(), min_size=1, max_size=400), st.integers(5, 60))
def test_any_history_keeps_its_bounds_within_the_limit(values: list[float], most: int) -> None:
    points = line(values)
    kept = thinned(points, most)
    assert len(kept) <= most
    assert [each.step for each in kept] == sorted({each.step for each in kept})
    numbers = [each.value for each in points if each.value is not None]
    if numbers:
        left = [each.value for each in kept if each.value is not None]
        assert (min(left), max(left)) == (min(numbers), max(numbers))
