"""Attainment and pace by golden/09_kpi.json; its numbers follow from the formulas there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.attainment import (
    Direction,
    Goal,
    accepts,
    attainment,
    clipped,
    expected_share,
    goal_problem,
    is_maintain,
    pace,
)
from tests.kpis.scoring.golden import golden

GOLDEN = golden("09_kpi")
START, DUE = date(2026, 1, 1), date(2026, 12, 31)
NUMBERS = st.floats(-1e6, 1e6)


def goal_of(case: dict[str, Any]) -> Goal:
    return Goal(case["kind"], case["baseline"], case.get("target"), case.get("lo"), case.get("hi"))


@pytest.mark.parametrize("case", GOLDEN["attainment"]["cases"], ids=lambda case: f"{case['kind']} {case['value']}")
def test_attainment_as_recorded(case: dict[str, Any]) -> None:
    found = attainment(goal_of(case), case["value"])
    assert found == (None if case["attainment"] is None else pytest.approx(case["attainment"]))


@pytest.mark.parametrize("case", GOLDEN["pace"]["cases"])
def test_expected_share_as_recorded(case: dict[str, Any]) -> None:
    start, due, today = (date.fromisoformat(case[key]) for key in ("start", "end", "today"))
    assert expected_share(start, due, today) == pytest.approx(case["expected"])
    if "attainment" in case:
        found = pace(Goal("higher", 0, 1, start=start, due=due), case["attainment"], today)
        assert found is not None
        assert found.gap == pytest.approx(case["gap"])
        assert found.ratio == pytest.approx(0.8)


@pytest.mark.parametrize(
    "goal",
    [Goal(), Goal("higher", None, 5), Goal("higher", 5, None), Goal("range", 5), Goal("range", None, None, 4, 6)],
    ids=["empty", "no baseline", "no target", "no range", "range without baseline"],
)
def test_what_is_not_set_has_no_attainment(goal: Goal) -> None:
    assert attainment(goal, 5.0) is None


@given(NUMBERS, NUMBERS)
def test_the_ends_are_nought_and_one_in_both_directions(baseline: float, target: float) -> None:
    if abs(target - baseline) < 1e-3:
        return
    direction: Direction = "higher" if target > baseline else "lower"
    goal = Goal(direction, baseline, target)
    assert attainment(goal, baseline) == 0
    assert attainment(goal, target) == pytest.approx(1)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_lower_is_better_is_the_mirror(baseline: float, target: float, value: float) -> None:
    higher = attainment(Goal("higher", baseline, target), value)
    lower = attainment(Goal("lower", -baseline, -target), -value)
    assert higher == pytest.approx(lower)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_a_sane_goal_is_met_exactly_from_one(baseline: float, target: float, value: float) -> None:
    goal = Goal("higher" if target >= baseline else "lower", baseline, target)
    share = attainment(goal, value)
    if share is not None and abs(share - 1) > 1e-9:
        assert accepts(goal, value) == (share > 1 or (is_maintain(goal) and share == 1))


@pytest.mark.parametrize(
    "goal,value,met",
    [
        (Goal("higher", 0, 5), 5, True),
        (Goal("higher", 0, 5), 4.99, False),
        (Goal("lower", 9, 5), 5, True),
        (Goal("lower", 9, 5), 5.01, False),
        (Goal("range", 9, None, 4, 6), 4, True),
        (Goal("range", 9, None, 4, 6), 6.1, False),
        (Goal("range", 9, None, None, 6), -100, True),
        (Goal("range", 9, None, 4, None), 1e9, True),
        (Goal("range", 9), 5, False),
        (Goal("higher", 9), 5, False),
    ],
)
def test_what_a_goal_accepts(goal: Goal, value: float, met: bool) -> None:
    assert accepts(goal, value) is met


@pytest.mark.parametrize(
    "today,not_before,expected",
    [
        (date(2025, 12, 1), None, 0.0),
        (date(2027, 5, 1), None, 1.0),
        (date(2026, 7, 1), date(2026, 7, 1), 0.0),
        (date(2026, 10, 1), date(2026, 7, 2), 0.5),
        (date(2026, 7, 2), date(2025, 1, 1), 0.5),
        (date(2026, 6, 1), date(2027, 2, 1), 0.0),
        (date(2027, 3, 1), date(2027, 2, 1), 1.0),
    ],
)
def test_no_movement_is_expected_before_its_day(today: date, not_before: date | None, expected: float) -> None:
    assert expected_share(START, DUE, today, not_before) == expected


def test_while_nothing_is_expected_there_is_no_ratio() -> None:
    found = pace(Goal("higher", 0, 10, start=START, due=DUE), 2, date(2026, 3, 1), not_before=date(2026, 6, 1))
    assert found is not None
    assert (found.waiting, found.ratio, found.gap) == (True, None, 0.2)


def test_pace_without_a_reading_or_dates() -> None:
    found = pace(Goal("higher", 0, 10, start=START, due=DUE), None, date(2026, 7, 2))
    assert found is not None
    assert (found.attainment, found.gap, found.ratio) == (None, None, None)
    assert pace(Goal("higher", 0, 10), 5, date(2026, 7, 2)) is None
    assert pace(Goal("higher", 0, 10, start=START), 5, date(2026, 7, 2)) is None


@given(st.integers(0, 800), st.integers(0, 800))
def test_the_expectation_never_falls(first: int, second: int) -> None:
    early, late = sorted((first, second))
    shares = [expected_share(START, DUE, START + timedelta(days=day)) for day in (early, late)]
    assert 0 <= shares[0] <= shares[1] <= 1


@pytest.mark.parametrize(
    "goal,problem",
    [
        (Goal("higher", 10, 8), "below the baseline"),
        (Goal("lower", 8, 10), "above the baseline"),
        (Goal("range", 8, None, 6, 4), "ends before it begins"),
        (Goal("higher", 8, 10), ""),
        (Goal("lower", 10, 8), ""),
        (Goal("higher", 8, 8), ""),
        (Goal("range", 8, None, 4, 6), ""),
        (Goal("higher", None, 10), ""),
    ],
)
def test_goals_that_contradict_themselves(goal: Goal, problem: str) -> None:
    found = goal_problem(goal)
    assert problem in found
    assert bool(problem) == bool(found)


@pytest.mark.parametrize("share,cut", [(-0.5, 0), (0.25, 0.25), (1.25, 1)])
def test_roll_ups_cut_the_ends(share: float, cut: float) -> None:
    assert clipped(share) == cut
