"""Experiments against statsmodels and scipy, and what contradicts itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from kpis.scoring.realised.experiments import Arm, arm_problem, experiment_effect
from kpis.scoring.realised.series import NotCredible


@pytest.mark.parametrize(("treated", "control"), [((56, 70), (48, 80)), ((9, 10), (3, 10)), ((0, 20), (2, 25))])
def test_two_shares_equal_statsmodels(treated: tuple[int, int], control: tuple[int, int]) -> None:
    low, high = confint_proportions_2indep(*treated, *control, method="newcomb", compare="diff")
    found = experiment_effect("shares", Arm(treated[1], treated[0]), Arm(control[1], control[0]), 100)
    assert found.value == pytest.approx(100 * (treated[0] / treated[1] - control[0] / control[1]))
    assert (found.low, found.high) == pytest.approx((100 * low, 100 * high), abs=1e-6)
    turned = experiment_effect("shares", Arm(treated[1], treated[0]), Arm(control[1], control[0]), -100)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


def test_two_means_equal_scipy() -> None:
    rng = np.random.default_rng(1)
    one, two = rng.normal(3, 2, 40), rng.normal(1, 1, 25)
    theirs = stats.ttest_ind(one, two, equal_var=False).confidence_interval()
    first, second = (Arm(len(each), float(each.mean()), float(each.std(ddof=1))) for each in (one, two))
    found = experiment_effect("means", first, second)
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))


def test_means_without_spread_have_no_answer() -> None:
    with pytest.raises(NotCredible, match="neither group has any spread"):
        experiment_effect("means", Arm(9, 3.0, 0.0), Arm(9, 2.0, 0.0))


@pytest.mark.parametrize(
    ("kind", "arm", "wrong"),
    [
        ("shares", Arm(10, 10), ""), ("shares", Arm(10, 0), ""), ("shares", Arm(10, 11), "0 to all"),
        ("shares", Arm(10, 2.5), "whole"), ("shares", Arm(1, 1), "two cases"), ("means", Arm(10, -4.0, 0.0), ""),
        ("means", Arm(10, 3.0), "deviation"), ("means", Arm(10, 3.0, -1.0), "deviation"),
    ],
)  # fmt: skip
def test_a_group_that_contradicts_itself_is_named(kind: str, arm: Arm, wrong: str) -> None:
    found = arm_problem(kind, arm)
    assert wrong in found if wrong else found == ""
