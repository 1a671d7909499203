"""Geometry of the drawings, by hand-made cases."""

from __future__ import annotations

import math

import pytest

from mltrack.drawing.interval import interval_bar
from mltrack.drawing.scale import Scale, around
from mltrack.drawing.sparkline import sparkline
from mltrack.drawing.words import interval_words, series_words, shown


def test_a_scale_is_straight_and_holds_values_at_its_ends() -> None:
    scale = Scale(0.0, 10.0, 100, 200)
    assert [scale.at(value) for value in (-5, 0, 2.5, 10, 99)] == [100, 100, 125, 200, 200]


def test_a_scale_without_span_puts_everything_in_the_middle() -> None:
    assert Scale(3.0, 3.0, 0, 50).at(3) == 25


@pytest.mark.parametrize(
    "values,low,high",
    [
        ((0.9, 0.8), 0.78, 0.92),
        ((0.99, 0.2), 0.042, 1.0),
        ((10.0, 20.0), 8.0, 22.0),
        ((None, math.nan, math.inf), 0.0, 1.0),
        ((5.0,), 4.5, 5.5),
        ((0.0,), 0.0, 1.0),
    ],
)
def test_the_span_around_values(values: tuple[float | None, ...], low: float, high: float) -> None:
    scale = around(values, 0, 100)
    assert [scale.low, scale.high] == pytest.approx([low, high])


def test_an_interval_keeps_its_order_from_left_to_right() -> None:
    bar = interval_bar(0.912, 0.886, 0.933, 0.90)
    assert bar.low is not None and bar.goal is not None and bar.value is not None and bar.high is not None
    assert 0 < bar.low < bar.goal < bar.value < bar.high < bar.width


@pytest.mark.parametrize(
    "comparator,starts,ends",
    [(">=", "goal", "width"), (">", "goal", "width"), ("<=", "zero", "goal"), ("<", "zero", "goal")],
)
def test_the_accepted_side_lies_where_the_comparator_says(comparator: str, starts: str, ends: str) -> None:
    bar = interval_bar(3.4, 3.1, 3.7, 3.0, comparator=comparator)
    assert bar.goal is not None and bar.zone is not None
    places = {"goal": bar.goal, "width": float(bar.width), "zero": 0.0}
    start, width = bar.zone
    assert [start, start + width] == pytest.approx([places[starts], places[ends]])


def test_between_accepts_the_middle_and_needs_both_ends() -> None:
    bar = interval_bar(5, goal=4, goal_high=6, comparator="between")
    assert bar.zone is not None and bar.value is not None
    assert bar.zone[0] < bar.value < sum(bar.zone)
    assert interval_bar(5, goal=4, comparator="between").zone is None


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_not_drawn(value: float | None) -> None:
    bar = interval_bar(value, value, value, 0.9)
    assert (bar.value, bar.low, bar.high) == (None, None, None)
    assert bar.goal is not None


def test_gaps_are_never_bridged() -> None:
    line = sparkline([1, 2, None, 4, math.nan, 6, 7])
    assert len(line.lines) == 2
    assert len(line.dots) == 1
    assert line.missing == 2
    assert line.last is not None


def test_a_series_that_ends_in_a_gap_has_no_newest_dot() -> None:
    assert sparkline([1, 2, None]).last is None


@pytest.mark.parametrize("values", [[], [None, None]])
def test_a_series_of_nothing_draws_nothing(values: list[float | None]) -> None:
    line = sparkline(values)
    assert (line.lines, line.dots, line.last) == ((), (), None)


def test_higher_values_are_higher_on_the_page() -> None:
    points = [tuple(map(float, point.split(","))) for point in sparkline([1, 5]).lines[0].split()]
    assert points[0][1] > points[1][1]


def test_words_say_what_the_drawings_show() -> None:
    assert shown(3.4, "min") == "3.4 min"
    words = interval_words(0.912, 0.886, 0.933, "≥ 90 %", 474, "ratio").replace("\u202f", " ")
    assert words == "observed 91.2 %, interval 88.6 % to 93.3 %, n 474, target ≥ 90 %"
    assert interval_words(None, None, None, "", None, "") == "nothing observed, n unknown"
    assert series_words("KPI", [None, math.nan]) == "KPI: no values"
    assert series_words("KPI", [2, None, 1, 3]) == "KPI: from 2 to 3, lowest 1, highest 3, 1 missing"
