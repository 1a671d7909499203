"""The best of equal tries, against brute force, and when to stop."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kpis.scoring.directions import Direction, direction_of
from kpis.scoring.evaluations.attempts import Attempt, Family, expected_best, ledger_of, stalled
from kpis.scoring.targets import Target

UP, DOWN = Direction("higher", "name"), Direction("lower", "name")
WITHIN = direction_of("balance", [Target("t", "balance", "between", 0.4, high=0.6)])


@given(st.integers(1, 4), st.integers(1, 3), st.floats(0.05, 0.95))
def test_equals_every_outcome_in_turn(n: int, tries: int, rate: float) -> None:
    chances = stats.binom.pmf(range(n + 1), n, rate)
    every = product(range(n + 1), repeat=tries)
    brute = sum(max(rights) / n * math.prod(chances[right] for right in rights) for rights in every)
    assert expected_best(rate, n, tries) == pytest.approx(brute, abs=1e-9)


def test_large_test_sets_follow_the_normal_distribution() -> None:
    # The expected highest of ten standard normal values is 1.53875 (Harter 1961).
    rate, n = 0.9, 1_000_000
    spread = math.sqrt(rate * (1 - rate) / n)
    assert (expected_best(rate, n, 10) - rate) / spread == pytest.approx(1.53875, abs=0.01)


def test_equals_a_simulation() -> None:
    draws = np.random.default_rng(2).binomial(500, 0.9, size=(20_000, 20)).max(axis=1) / 500
    assert expected_best(0.9, 500, 20) == pytest.approx(draws.mean(), abs=0.0005)


@given(st.floats(0, 1), st.integers(1, 2000), st.integers(1, 50))
def test_more_tries_never_expect_less(rate: float, n: int, tries: int) -> None:
    assert expected_best(rate, n, 1) == pytest.approx(rate, abs=1e-9)
    assert rate - 1e-9 <= expected_best(rate, n, tries) <= expected_best(rate, n, tries + 1) + 1e-9 <= 1 + 2e-9


@pytest.mark.parametrize("rate,n,tries", [(0.9, 0, 1), (0.9, 10, 0), (1.1, 10, 1), (-0.1, 10, 1)])
def test_nonsense_is_refused(rate: float, n: int, tries: int) -> None:
    with pytest.raises(ValueError):
        expected_best(rate, n, tries)


@pytest.mark.parametrize(
    "values,stop",
    [
        ([0.9, 0.901, 0.902, 0.903, 0.904, 0.905], True),
        ([0.9, 0.901, 0.902, 0.903, 0.904, 0.906], False),
        ([0.9, 0.8, 0.8, 0.8, 0.8], False),
        ([0.9, 0.8, 0.8, 0.8, 0.8, 0.8], True),
        ([0.9, None, math.nan, math.inf, None, None], True),
        ([None, None, None, None, None, None], False),
        ([None, 0.9, 0.9, 0.9, 0.9, 0.9], False),
        ([], False),
    ],
)
def test_no_gain_over_half_a_point_in_five_attempts(values: list[float | None], stop: bool) -> None:
    assert stalled(values, 0.005, 5) is stop


@pytest.mark.parametrize(
    "values,direction,stop",
    [
        # A loss that falls by a tenth each time gets better; one that rises does not, and the other way round.
        ([0.9, 0.8, 0.7], DOWN, False),
        ([0.9, 0.8, 0.7], UP, True),
        ([0.7, 0.8, 0.9], DOWN, True),
        ([0.7, 0.8, 0.9], UP, False),
        ([0.9, 0.86, 0.85], DOWN, True),
        ([0.9, 0.86, 0.84], DOWN, False),
        ([0.9, -math.inf, None], DOWN, True),
        ([-0.2, -0.3, -0.4], DOWN, False),
        # Between 0.4 and 0.6 nearer is better, from either side, and within nothing is gained any more.
        ([0.9, 0.8, 0.7], WITHIN, False),
        ([0.1, 0.2, 0.3], WITHIN, False),
        ([0.7, 0.1, 0.9], WITHIN, True),
        ([0.45, 0.5, 0.55], WITHIN, True),
        ([0.62, 0.5, 0.5], WITHIN, True),
    ],
)
def test_the_direction_says_what_a_gain_is(values: list[float | None], direction: Direction, stop: bool) -> None:
    assert stalled(values, 0.05, 2, direction) is stop


@given(st.lists(st.floats(-5, 5), max_size=12), st.floats(0, 2), st.integers(1, 4))
def test_downwards_is_upwards_of_the_negative(values: list[float], gain: float, attempts: int) -> None:
    assert stalled(values, gain, attempts, DOWN) is stalled([-each for each in values], gain, attempts, UP)


@pytest.mark.parametrize("gain,attempts", [(-0.1, 5), (0.1, 0)])
def test_a_rule_that_is_none(gain: float, attempts: int) -> None:
    with pytest.raises(ValueError, match="stop rule"):
        stalled([0.9], gain, attempts)


def test_the_ledger_sums_up_by_family() -> None:
    tries = [
        Attempt("linear", 0.80, 100),
        Attempt("trees", 0.82, 100, cost=2.5),
        Attempt("trees", None, 100, cost=1.5),
        Attempt("trees", 0.81, 100),
    ]
    found = ledger_of(tries)
    assert (found.attempts, found.best, found.cost, found.known_costs) == (4, 0.82, 4.0, 2)
    assert found.families == (Family("trees", 3, 4.0, 0.82), Family("linear", 1, None, 0.80))
    # Of three equal tries at 81 % on 100 cases (σ 3.92 points) the best lies 0.846 σ above on average.
    assert found.lucky == pytest.approx(0.81 + 0.846 * 0.0392, abs=0.001)
    assert found.beats_luck is False


def test_luck_is_told_of_shares_alone() -> None:
    found = ledger_of([Attempt("", 3.0, 100), Attempt("", 2.0, 100)], is_share=False, direction=DOWN)
    assert (found.best, found.lucky, found.beats_luck) == (2.0, None, None)
    assert ledger_of([]).best is None


def test_errors_are_the_other_side_of_accuracy() -> None:
    rates = (0.80, 0.82, 0.81)
    up = ledger_of([Attempt("", rate, 100) for rate in rates])
    down = ledger_of([Attempt("", 1 - rate, 100) for rate in rates], direction=DOWN)
    assert down.best == pytest.approx(0.18)
    assert down.lucky == pytest.approx(1 - (up.lucky or 0))
    assert down.beats_luck is up.beats_luck is False
    assert ledger_of([Attempt("", rate, 10_000) for rate in (0.5, 0.5, 0.1)], direction=DOWN).beats_luck is True


def test_towards_a_target_between_two_values_the_nearest_is_best() -> None:
    found = ledger_of([Attempt("a", 0.9, 100), Attempt("b", 0.3, 100), Attempt("b", 0.7, 100)], direction=WITHIN)
    assert (found.best, found.lucky, found.beats_luck) == (0.7, None, None)
    assert [each.best for each in found.families] == [0.7, 0.9]


def test_tries_without_a_value_are_counted_and_take_no_part() -> None:
    found = ledger_of([Attempt("", 0.8, 100), Attempt("", None, 3), Attempt("", math.nan, 3)])
    assert (found.attempts, found.measured, found.unmeasured) == (3, 1, 2)
    # One try at 80 % on 100 cases, whatever the cases of those that do not count.
    assert found.lucky == pytest.approx(0.8)


def test_what_stands_out_is_more_than_luck() -> None:
    assert ledger_of([Attempt("", rate, 10_000) for rate in (0.5, 0.5, 0.9)]).beats_luck is True
