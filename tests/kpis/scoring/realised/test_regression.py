"""Coefficients and Newey and West's covariance against statsmodels; that the wider interval holds, by simulation."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from kpis.scoring.realised.following import diagonals, following_covariance
from kpis.scoring.realised.methods import Method, before_after, interrupted, level_difference
from kpis.scoring.realised.regression import critical, fit_hac, lags_of
from kpis.scoring.realised.series import Floats, NotCredible
from tests.kpis.scoring.realised.series import following, weeks


def segmented(n: int, before: int) -> Floats:
    """Return the design of an interrupted time series, written down anew."""
    place = np.arange(n, dtype=np.float64)
    after = (place >= before).astype(np.float64)
    return np.column_stack([np.ones(n), place, after, after * (place - before)])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(12, 80), st.sampled_from([0.0, 0.5]))
def test_fits_equal_statsmodels(seed: int, n: int, follow: float) -> None:
    values = following(np.random.default_rng(seed), n, follow)
    design, lags = segmented(n, n // 2), lags_of(n)
    ours = fit_hac(design, values)
    theirs = sm.OLS(values, design).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True})
    assert ours.coefficients == pytest.approx(theirs.params, abs=1e-9)
    assert np.sqrt(np.diag(ours.newey_west)) == pytest.approx(theirs.bse, rel=1e-6)


def test_bandwidth_and_critical_value_by_their_formulas() -> None:
    # 1.3 · √100 = 13 weights, so 12 lags; 1.96 + 2.9694 · 0.13 + 0.416 · 0.0169 − 0.5324 · 0.002197 = 2.3518826172,
    # times t(98; 97.5 %) = 1.984467 over 1.959964.
    assert lags_of(100) == 12 and lags_of(1) == 0
    assert critical(100, 2, 12) == pytest.approx(2.3518826172 * 1.984467 / 1.959964, rel=1e-6)
    # With no lag but itself in many periods it is the normal one, but for the share of one in n.
    assert critical(10**7, 2, 0) == pytest.approx(1.96, abs=1e-5)


def test_columns_that_cannot_be_told_apart_are_refused() -> None:
    same = np.column_stack([np.ones(9), np.ones(9)])
    with pytest.raises(NotCredible):
        fit_hac(same, np.arange(9.0))
    with pytest.raises(NotCredible):
        fit_hac(segmented(4, 2), np.arange(4.0))


def test_the_sums_of_diagonals_are_the_trace_with_powers() -> None:
    square = np.array([[1.0, 2, 3], [2, 4, 5], [3, 5, 6]])
    powers = 0.5 ** np.abs(np.subtract.outer(np.arange(3), np.arange(3)))
    assert diagonals(square).tolist() == [11, 14, 6]
    assert float(diagonals(square) @ 0.5 ** np.arange(3)) == pytest.approx(float((square * powers).sum()))


def test_errors_that_follow_are_seen_to_do_so() -> None:
    rng = np.random.default_rng(9)
    design, found = segmented(80, 60), []
    for follow in (0.0, 0.6):
        errors = following(rng, 80, follow)
        residuals = errors - design @ np.linalg.lstsq(design, errors, rcond=None)[0]
        covariance = following_covariance(design, residuals)
        found.append(covariance[0, 1] / covariance[0, 0])
    assert found[0] < 0.35 < 0.5 < found[1] <= 0.95
    assert not following_covariance(design, np.zeros(80)).any()


@pytest.mark.parametrize("method", [before_after, level_difference, interrupted])
@pytest.mark.parametrize(("before", "after"), [(40, 20), (16, 8)])
def test_intervals_hold_where_nothing_happened(method: Method, before: int, after: int) -> None:
    """Of 200 series each without a change, errors follow by 0.3: at least 92 % of intervals hold zero.

    Had 95 % to hold it, fewer than 184 of 200 would be seen in 2 % of such tests; the seed is fixed.
    """
    rng = np.random.default_rng(20261128)
    held = 0
    for _ in range(200):
        series = weeks(map(float, following(rng, before + after, 0.3)))
        held += method(series, series.starts[before]).effect.is_zero_inside
    assert held >= 184


@pytest.mark.parametrize("method", [before_after, level_difference, interrupted])
def test_an_effect_is_found(method: Method) -> None:
    rng = np.random.default_rng(3)
    values = following(rng, 60, 0.2) + np.where(np.arange(60) >= 40, 6.0, 0.0)
    series = weeks(map(float, values))
    found = method(series, series.starts[40]).effect
    assert found.low > 0 and found.low < 6 < found.high
