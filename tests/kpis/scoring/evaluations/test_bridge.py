"""From an operating point to a KPI: the formula by hand, and an interval that holds."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from kpis.scoring.evaluations.bridge import NAMES, Worth, break_even, free_movement, movement
from kpis.scoring.evaluations.curve import CurvePoint
from kpis.scoring.evaluations.formula import FormulaError, read_formula

WORTH = Worth(volume=20_000, value_per_correct=4.0, cost_per_error=25.0)


def test_by_hand() -> None:
    # 20,000 cases, 80 % decided: 16,000. Of these 95 % right: 15,200 at 4 are 60,800; 800 errors at 25 cost 20,000.
    found = movement(CurvePoint(0.7, 800, 40, 1000), WORTH)
    assert found is not None
    assert found.expected == pytest.approx(40_800)
    assert [found.decided, found.left, found.errors] == pytest.approx([16_000, 4_000, 800])
    assert found.interval.low < 40_800 < found.interval.high


COUNTS = st.integers(1, 500).flatmap(
    lambda n: st.integers(0, n).flatmap(lambda m: st.tuples(st.just(n), st.just(m), st.integers(0, m)))
)


@given(COUNTS, st.floats(0, 1e6), st.floats(-100, 100), st.floats(-100, 100))
def test_it_is_counting_cases(counts: tuple[int, int, int], volume: float, value: float, cost: float) -> None:
    n, accepted, wrong = counts
    found = movement(CurvePoint(0.5, accepted, wrong, n), Worth(volume, value, cost))
    exact = Fraction(volume) * (Fraction(value) * (accepted - wrong) - Fraction(cost) * wrong) / n
    assert found is not None
    slack = 1e-9 * (1 + volume * 200)
    assert found.expected == pytest.approx(float(exact), abs=slack)
    assert found.interval.low - slack <= found.expected <= found.interval.high + slack


def test_errors_may_cost_more_than_answers_bring() -> None:
    found = movement(CurvePoint(0.5, 1000, 300, 1000), WORTH)
    assert found is not None
    assert found.expected < 0
    assert found.interval.high < 0


def test_nothing_accepted_moves_nothing_and_no_cases_say_nothing() -> None:
    found = movement(CurvePoint(0.9, 0, 0, 100), WORTH)
    assert found is not None
    assert (found.expected, found.left, found.interval.low, found.interval.high) == (0.0, 20_000, 0.0, 0.0)
    assert movement(CurvePoint(0.9, 0, 0, 0), WORTH) is None


def test_the_interval_is_the_extremes_of_both_exact_intervals() -> None:
    found = movement(CurvePoint(0.7, 800, 40, 1000), WORTH)
    coverage, accuracy = proportion_confint(800, 1000, 0.025, "beta"), proportion_confint(760, 800, 0.025, "beta")
    ends = [20_000 * c * (a * 4 - (1 - a) * 25) for c in coverage for a in accuracy]
    assert found is not None
    assert [found.interval.low, found.interval.high] == pytest.approx([min(ends), max(ends)])


def test_more_cases_narrow_the_interval() -> None:
    few, many = (movement(CurvePoint(0.5, 8 * k, k, 10 * k), WORTH) for k in (10, 1000))
    assert few is not None
    assert many is not None
    assert few.expected == pytest.approx(many.expected)
    assert many.interval.high - many.interval.low < 0.2 * (few.interval.high - few.interval.low)


@pytest.mark.parametrize(
    "worth,accuracy",
    [
        (Worth(1, 4, 16), 0.8),
        (Worth(1, 4, 0), 0.0),
        (Worth(1, 0, 5), 1.0),
        (Worth(1, 0, 0), None),
        (Worth(1, 5, -1), None),
    ],
)
def test_where_right_and_wrong_cancel_out(worth: Worth, accuracy: float | None) -> None:
    assert break_even(worth) == accuracy
    if accuracy is not None:
        assert worth.of(0.5, accuracy) == pytest.approx(0)


@pytest.mark.parametrize("fields", [(-1, 1, 1), (math.inf, 1, 1), (1, math.nan, 1), (1, 1, -math.inf)])
def test_nonsense_is_refused(fields: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        Worth(*fields)


@pytest.mark.slow
def test_the_interval_covers_the_truth() -> None:
    chance = np.random.default_rng(7)
    truth = WORTH.of(0.7, 0.92)
    held, draws = 0, 1500
    for right, wrong, _ in chance.multinomial(400, [0.7 * 0.92, 0.7 * 0.08, 0.3], size=draws).tolist():
        found = movement(CurvePoint(0.5, right + wrong, wrong, 400), WORTH)
        held += found is not None and found.interval.low <= truth <= found.interval.high
    assert held / draws >= 0.95


def test_the_usual_formula_written_out_gives_the_usual_movement() -> None:
    text = "volume * coverage * (accuracy * value_per_correct - error_rate * cost_per_error)"
    point = CurvePoint(0.7, 800, 40, 1000)
    free = free_movement(point, WORTH, read_formula(text, NAMES), {})
    usual = movement(point, WORTH)
    assert free is not None and usual is not None
    assert free.expected == pytest.approx(usual.expected)
    # It is linear in each of the two, so that its extremes are the corners, which the grid holds.
    assert [free.interval.low, free.interval.high] == pytest.approx([usual.interval.low, usual.interval.high])


def test_a_free_formula_over_counts_and_inputs() -> None:
    formula = read_formula("decided * hours - errors * 2 - left * 0", NAMES | {"hours"})
    found = free_movement(CurvePoint(0.7, 800, 40, 1000), WORTH, formula, {"hours": 0.5})
    assert found is not None
    # 16,000 decided at half an hour are 8,000; 800 errors take 1,600 back.
    assert found.expected == pytest.approx(6_400)


def test_a_formula_without_a_value_within_the_intervals_says_so() -> None:
    point = CurvePoint(0.7, 10, 0, 10)
    with pytest.raises(FormulaError):
        free_movement(point, Worth(0, 1, 1), read_formula("1 / volume", NAMES), {})
    assert free_movement(CurvePoint(1, 0, 0, 10), WORTH, read_formula("1 / coverage", NAMES), {}) is None
