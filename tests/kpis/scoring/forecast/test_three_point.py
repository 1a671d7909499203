"""Three-point estimates: their mean by PERT's formula, quantiles by scipy, and what is left of them later."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kpis.scoring.convolution import Finish
from kpis.scoring.forecast.three_point import ThreePoint

TODAY = date(2026, 11, 30)


def days(first: int, likely: int, last: int) -> ThreePoint:
    return ThreePoint(*(TODAY + timedelta(days=day) for day in (first, likely, last)))


@pytest.mark.parametrize(("first", "likely", "last"), [(5, 10, 40), (100, 190, 200), (1, 500, 1000)])
def test_the_mean_is_that_of_pert(first: int, likely: int, last: int) -> None:
    # By hand: (a + 4 m + b) / 6 between the morning of the earliest day, noon of the likely one, evening of the latest.
    known = ((first - 1) + 4 * (likely - 0.5) + last) / 6
    shares = np.diff([0.0, *days(first, likely, last).after(TODAY).done])
    assert float(shares @ (np.arange(1, last + 1) - 0.5)) == pytest.approx(known, abs=0.02)


def test_against_scipy() -> None:
    found = days(5, 10, 40).after(TODAY)
    oracle = stats.beta(1 + 4 * 5.5 / 36, 1 + 4 * 30.5 / 36, loc=4, scale=36)
    assert list(found.done) == pytest.approx(oracle.cdf(np.arange(1, 41)).tolist(), abs=1e-12)


def test_one_day_is_certain() -> None:
    found = days(3, 3, 3).after(TODAY)
    assert found.done == (0, 0, 1)


@given(st.lists(st.integers(-20, 60), min_size=3, max_size=3).map(sorted))
def test_a_distribution_of_the_days_to_come(points: list[int]) -> None:
    estimate = days(*points)
    found = estimate.after(TODAY)
    assert list(found.done) == sorted(found.done)
    if points[2] < 1:
        assert found == Finish()
        return
    assert (len(found.done), found.done[-1]) == (points[2], 1)
    # Given that it is not done by today: P(T ≤ d) = P(today < T ≤ d) / P(T > today).
    past = estimate.by(TODAY)
    for day in (1, points[2] // 2, points[2]):
        known = (estimate.by(TODAY + timedelta(days=day)) - past) / (1 - past)
        assert found.after(day) == pytest.approx(known if day else 0)


def test_refused() -> None:
    with pytest.raises(ValueError, match="in this order"):
        days(3, 2, 5)
