"""What a KPI's numbers say in words: higher, lower and within a range."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kpis.scoring.attainment import Goal, Pace, pace
from kpis.scoring.kpi_words import (
    aim_words,
    attainment_words,
    claims_words,
    goal_words,
    movement,
    nearest_edge,
    pace_words,
    period_name,
    quantity,
    short_unit,
    state_of,
    tone_of,
)

START, DUE, HALF = date(2026, 1, 1), date(2026, 12, 31), date(2026, 7, 2)
LOWER = Goal("lower", baseline=12.0, target=8.0, start=START, due=DUE)
HIGHER = Goal("higher", baseline=50.0, target=100.0, start=START, due=DUE)
RANGE = Goal("range", baseline=40.0, low=20.0, high=25.0, start=START, due=DUE)
KEEP = Goal("higher", baseline=99.0, target=99.0, start=START, due=DUE)


@pytest.mark.parametrize(
    "value, unit, words",
    [(8.2, "%", "8.2\u202f%"), (1204.0, "days", "1\u202f204\u202fdays"), (3.0, "", "3"), (None, "%", "–")],
)
def test_quantity(value: float | None, unit: str, words: str) -> None:
    assert quantity(value, unit) == words


@pytest.mark.parametrize("value, words", [(-0.5, "−0.5"), (2.0, "+2"), (0.0, "±0"), (None, "–")])
def test_a_movement_has_its_sign(value: float | None, words: str) -> None:
    assert movement(value) == words


@pytest.mark.parametrize(
    "unit, short",
    [
        ("% of forms", "%"),
        ("days a month", "days"),
        ("€ / case", "€"),
        ("cases", "cases"),
        ("", ""),
        ("calls/day", "calls"),
    ],
)
def test_a_unit_in_short(unit: str, short: str) -> None:
    assert short_unit(unit) == short


@pytest.mark.parametrize(
    "goal, words",
    [
        (LOWER, "at most 8 by 2026-12-31"),
        (HIGHER, "at least 100 by 2026-12-31"),
        (RANGE, "20 to 25 by 2026-12-31"),
        (Goal("range", low=20.0), "at least 20"),
        (Goal("range", high=25.0), "at most 25"),
        (Goal("lower", baseline=1.0, due=DUE), ""),
    ],
)
def test_goal_in_words(goal: Goal, words: str) -> None:
    assert goal_words(goal) == words
    assert aim_words(goal) == words.split(" by ")[0]


@pytest.mark.parametrize(
    "goal, value, today, state",
    [
        (LOWER, None, HALF, "no_data"),
        (Goal("lower"), 9.0, HALF, ""),
        (LOWER, 8.0, HALF, "met"),
        (LOWER, 7.0, date(2027, 6, 1), "met"),
        (LOWER, 9.0, date(2027, 1, 1), "missed"),
        (LOWER, 9.0, DUE, "behind"),
        (LOWER, 10.0, HALF, "on_pace"),
        (LOWER, 9.0, HALF, "ahead"),
        (LOWER, 12.5, HALF, "behind"),
        (HIGHER, 75.0, HALF, "on_pace"),
        (HIGHER, 60.0, HALF, "behind"),
        (RANGE, 30.0, HALF, "ahead"),
        (RANGE, 22.0, HALF, "met"),
        (RANGE, 40.0, HALF, "behind"),
        (KEEP, 98.9, HALF, "missed"),
        (KEEP, 99.0, HALF, "met"),
        (LOWER, 12.0, START, "on_pace"),
        (Goal("lower", baseline=12.0, target=8.0), 10.0, HALF, ""),
    ],
)
def test_one_state(goal: Goal, value: float | None, today: date, state: str) -> None:
    assert state_of(goal, value, pace(goal, value, today), today) == state


@pytest.mark.parametrize(
    "goal, value, words",
    [
        (LOWER, 10.0, "50 % of the way from 12 to 8"),
        (LOWER, 13.0, "25 % of the way from 12 to 8, in the wrong direction"),
        (LOWER, 12.0, "0 % of the way from 12 to 8"),
        (LOWER, 12.001, "0 % of the way from 12 to 8"),
        (LOWER, 4.0, "200 % of the way from 12 to 8"),
        (RANGE, 30.0, "67 % of the way from 40 to 20 to 25"),
        (KEEP, 99.5, "Kept where it must stay"),
        (KEEP, 98.0, "Not where it must stay"),
        (Goal("lower", target=8.0), 9.0, "Without a baseline the way to the target cannot be measured"),
        (LOWER, None, "No readings yet"),
        (Goal("lower"), 9.0, "No target yet"),
    ],
)
def test_attainment_in_words(goal: Goal, value: float | None, words: str) -> None:
    assert attainment_words(goal, value) == words


@pytest.mark.parametrize(
    "gap, words",
    [
        (0.12, "12 points ahead of the line to 2026-12-31"),
        (-0.01, "1 point behind the line to 2026-12-31"),
        (0.001, "On the line to 2026-12-31"),
        (None, "50 % expected by now"),
    ],
)
def test_pace_in_words(gap: float | None, words: str) -> None:
    assert pace_words(Pace(0.5, None, gap, None, waiting=False), DUE) == words


def test_pace_before_the_start_and_without_dates() -> None:
    assert pace_words(Pace(0.0, 0.0, 0.0, None, waiting=True), DUE) == "No movement is expected yet"
    assert pace_words(None, DUE) == "Without a start and a due date there is no pace"


@pytest.mark.parametrize(
    "goal, before, value, tone",
    [
        (LOWER, 10.0, 9.0, "ok"),
        (LOWER, 9.0, 10.0, "bad"),
        (HIGHER, 9.0, 10.0, "ok"),
        (HIGHER, 10.0, 9.0, "bad"),
        (HIGHER, 9.0, 9.0, "mute"),
        (HIGHER, None, 9.0, "mute"),
        (RANGE, 30.0, 28.0, "ok"),
        (RANGE, 21.0, 24.0, "mute"),
        (RANGE, 21.0, 18.0, "bad"),
        (RANGE, 30.0, 15.0, "mute"),
    ],
)
def test_a_movement_is_good_by_its_direction(goal: Goal, before: Any, value: float, tone: str) -> None:
    assert tone_of(goal, before, value) == tone


def test_the_nearest_end_is_drawn() -> None:
    assert [nearest_edge(RANGE, value) for value in (30.0, 10.0, None)] == [25.0, 20.0, 20.0]
    assert (nearest_edge(LOWER, 100.0), nearest_edge(Goal("lower"), 1.0)) == (8.0, None)


@pytest.mark.parametrize(
    "start, period, name",
    [
        (date(2026, 11, 16), "day", "2026-11-16"),
        (date(2026, 11, 16), "week", "week of 2026-11-16"),
        (date(2026, 11, 1), "month", "November 2026"),
        (date(2026, 10, 1), "quarter", "Q4 2026"),
    ],
)
def test_periods_have_names(start: date, period: str, name: str) -> None:
    assert period_name(start, period) == name


@pytest.mark.parametrize(
    "goal, expected, words",
    [
        (LOWER, [-1.0, None], "Together −1; from baseline to target it is −4."),
        (LOWER, [-3.0, -2.0], "The claims are more than the KPI should move"),
        (LOWER, [5.0], "Together +5; from baseline to target it is −4."),
        (RANGE, [-10.0], "Together −10; from baseline to target it is −15."),
        (Goal("lower"), [-1.0], "Together −1."),
        (LOWER, [None], ""),
    ],
)
def test_claims_are_summed_and_compared(goal: Goal, expected: list[float | None], words: str) -> None:
    found = claims_words(goal, expected)
    assert words in found
    assert bool(found) == bool(words)
