"""Which changes of a target or goal ask for less."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.attainment import Goal
from kpis.scoring.loosening import goal_loosens, loosens
from kpis.scoring.targets import Target, accepted, expectation

OLD = Target(
    "t",
    "accuracy",
    ">=",
    0.9,
    minimum_n=500,
    confidence=0.95,
    threshold=0.8,
    grid_step=0.05,
    dataset_digest="d1",
)
BAND = Target("t", "error_rate", "between", 0.1, 0.2)


@pytest.mark.parametrize(
    "change,word",
    [
        ({"value": 0.89}, "refuses"),
        ({"comparator": "<="}, "refuses"),
        ({"comparator": "between", "high": 0.95, "value": 0.85}, "refuses"),
        ({"minimum_n": 499}, "minimum n falls from 500 to 499"),
        ({"minimum_n": None}, "minimum n falls from 500 to 0"),
        ({"confidence": 0.9}, "95 % to 90 %"),
        ({"confidence": None}, "no longer asks for a confidence"),
        ({"threshold": 0.7}, "the threshold 0.8 moves to 0.7"),
        ({"threshold": None}, "the threshold 0.8 is no longer declared"),
        ({"grid_step": 0.005}, "in steps of 0.005 in place of 0.05"),
        ({"dataset_digest": "d2"}, "it counts data d2 in place of d1"),
        ({"dataset_digest": ""}, "it counts any data in place of d1"),
        ({"slice": "EU"}, "in place of all cases"),
        ({"metric": "recall"}, "in place of accuracy"),
        ({"proportion": False}, "no bound"),
    ],
)
def test_what_loosens(change: dict[str, Any], word: str) -> None:
    reasons = loosens(OLD, replace(OLD, **change))
    assert len(reasons) == 1
    assert word in reasons[0]


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"value": 0.91},
        {"comparator": ">"},
        {"comparator": "between", "high": 0.99},
        {"minimum_n": 501},
        {"confidence": 0.99},
        {"id": "t2"},
    ],
)
def test_what_does_not(change: dict[str, Any]) -> None:
    assert loosens(OLD, replace(OLD, **change)) == []


@pytest.mark.parametrize("change", [{"threshold": 0.8}, {"dataset_digest": "d1"}])
def test_what_is_declared_for_the_first_time_loosens_nothing(change: dict[str, Any]) -> None:
    plain = replace(OLD, threshold=None, dataset_digest="")
    assert loosens(plain, replace(plain, **change)) == []


@pytest.mark.parametrize(
    "new,loose",
    [
        (replace(BAND, value=0.12), False),
        (replace(BAND, high=0.19), False),
        (replace(BAND, value=0.05), True),
        (replace(BAND, high=0.21), True),
        (replace(BAND, value=0.15, high=0.25), True),
        (Target("t", "error_rate", "<=", 0.2), True),
        (Target("t", "error_rate", ">", 0.1), True),
    ],
)
def test_a_band_by_both_of_its_ends(new: Target, loose: bool) -> None:
    assert bool(loosens(BAND, new)) is loose


def test_each_reason_is_said() -> None:
    assert len(loosens(OLD, replace(OLD, value=0.8, minimum_n=1, confidence=0.6, slice="EU"))) == 4


def test_a_withdrawal_loosens() -> None:
    assert loosens(OLD, None) == ["the target is withdrawn"]


def test_to_close_an_open_end_loosens() -> None:
    assert loosens(replace(OLD, comparator=">"), OLD)
    assert not loosens(OLD, replace(OLD, comparator=">"))


TARGETS = st.builds(
    Target,
    st.just("t"),
    st.just("accuracy"),
    st.sampled_from([">=", ">", "<=", "<", "between"]),
    st.sampled_from([0.1, 0.5, 0.7]),
    st.sampled_from([0.7, 0.9]),
    st.sampled_from(["", "EU"]),
    st.sampled_from([None, 100, 500]),
    st.sampled_from([None, 0.9, 0.95, 0.99]),
)


@given(TARGETS)
def test_no_change_loosens_nothing(target: Target) -> None:
    assert loosens(target, target) == []


@given(TARGETS, TARGETS)
def test_of_two_ways_at_most_one_is_free(one: Target, two: Target) -> None:
    """A change and its undoing can both be free only where both accept and ask for the same."""
    if not loosens(one, two) and not loosens(two, one):
        assert accepted(one) == accepted(two)
        assert (one.slice, one.minimum_n or 0, one.sure) == (two.slice, two.minimum_n or 0, two.sure)


@given(TARGETS, TARGETS, TARGETS)
def test_two_free_steps_are_free_together(one: Target, two: Target, three: Target) -> None:
    if not loosens(one, two) and not loosens(two, three):
        assert not loosens(one, three)


@given(TARGETS, TARGETS, st.floats(0, 1))
def test_a_free_change_accepts_nothing_new(one: Target, two: Target, value: float) -> None:
    if not loosens(one, two) and accepted(two).holds(value):
        assert accepted(one).holds(value)


DUE = date(2027, 6, 30)


@pytest.mark.parametrize(
    "old,new,count",
    [
        (Goal("higher", 5, 10), Goal("higher", 5, 9), 1),
        (Goal("higher", 5, 10), Goal("higher", 5, 11), 0),
        (Goal("lower", 10, 5), Goal("lower", 10, 6), 1),
        (Goal("lower", 10, 5), Goal("lower", 10, 4), 0),
        (Goal("range", 9, None, 4, 6), Goal("range", 9, None, 4, 7), 1),
        (Goal("range", 9, None, 4, 6), Goal("range", 9, None, 3, 6), 1),
        (Goal("range", 9, None, 4, 6), Goal("range", 9, None, 4, None), 1),
        (Goal("range", 9, None, 4, 6), Goal("range", 9, None, 5, 6), 0),
        (Goal("higher", 5, 10), Goal("lower", 15, 10), 1),
        (Goal("higher", 5, 10), Goal("higher", 5, None), 1),
        (Goal("higher", 5, None), Goal("higher", 5, 1), 0),
        (Goal("higher", 5, 10, due=DUE), Goal("higher", 5, 10, due=date(2027, 7, 1)), 1),
        (Goal("higher", 5, 10, due=DUE), Goal("higher", 5, 10, due=date(2027, 6, 1)), 0),
        (Goal("higher", 5, 10, due=DUE), Goal("higher", 5, 10), 1),
        (Goal("higher", 5, 10), Goal("higher", 5, 10, due=DUE), 0),
        (Goal("higher", 5, 10, due=DUE), Goal("higher", 5, 9, due=date(2028, 1, 1)), 2),
    ],
)
def test_goals(old: Goal, new: Goal, count: int) -> None:
    assert len(goal_loosens(old, new)) == count


def test_a_goal_s_reason_names_what_it_was() -> None:
    assert "at least 10" in goal_loosens(Goal("higher", 5, 10), Goal("higher", 5, 9))[0]
    assert "at least 4 and at most 6" in goal_loosens(Goal("range", 9, None, 4, 6), Goal("range", 9, None, 4, 7))[0]


@pytest.mark.parametrize(
    "target,text",
    [
        (OLD, "accuracy ≥ 0.9 at 95 % confidence, n ≥ 500"),
        (replace(OLD, slice="region=EU"), "accuracy ≥ 0.9 at 95 % confidence, n ≥ 500, on region=EU"),
        (BAND, "error_rate between 0.1 and 0.2 at 95 % confidence"),
        (Target("t", "rmse", "<", 4), "rmse < 4"),
        (Target("t", "rmse", "<=", 4, confidence=0.9), "rmse ≤ 4 at 90 % confidence"),
    ],
)
def test_targets_in_words(target: Target, text: str) -> None:
    assert expectation(target) == text


def test_a_band_without_its_end_is_refused() -> None:
    with pytest.raises(ValueError, match="needs both"):
        accepted(Target("t", "accuracy", "between", 0.5))
