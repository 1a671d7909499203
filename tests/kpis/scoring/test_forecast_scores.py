"""Scores of forecasts against golden/05_forecast.json (scikit-learn's documentation, properscoring, by hand)."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import mean_pinball_loss

from kpis.scoring.convolution import Finish, finish
from kpis.scoring.forecast_scores import Past, backtest, crps, past_forecasts, pinball, score
from tests.kpis.scoring.golden import FOLDER, golden

SCORES = golden("05_forecast")["scores"]
SERIES = ("DEV", "PS")


def weekly(name: str) -> list[int]:
    """Return the outputs per week of a real team (05_weekly_laukkanen_*.csv; source in 05_forecast.json)."""
    with (FOLDER / f"05_weekly_laukkanen_{name}.csv").open(encoding="utf-8") as lines:
        return [int(row["count"]) for row in csv.DictReader(lines)]


def test_pinball_as_documented() -> None:
    for case in SCORES["pinball"]["sklearn_doc"]:
        losses = [pinball(*pair, case["alpha"]) for pair in zip(case["y_true"], case["y_pred"])]
        assert np.mean(losses) == pytest.approx(case["value"], abs=1e-15)


@given(st.integers(0, 30), st.integers(0, 30), st.floats(0.01, 0.99))
def test_pinball_equals_scikit_learn(actual: int, forecast: int, level: float) -> None:
    assert pinball(actual, forecast, level) == pytest.approx(mean_pinball_loss([actual], [forecast], alpha=level))


def test_crps_of_an_ensemble_as_recorded() -> None:
    # An ensemble of whole periods is a distribution of whole periods, and the sum is the integral.
    case = SCORES["crps_ensemble"]
    ensemble = np.array(case["ens"])
    forecast = Finish(tuple(float(np.mean(ensemble <= t)) for t in range(1, 7)))
    assert crps(forecast, int(case["obs"])) == pytest.approx(case["properscoring"], abs=1e-15)


def test_crps_by_hand() -> None:
    certain = finish(3, [[1]])
    assert [crps(certain, actual) for actual in (1, 3, 5)] == [2, 0, 2]
    assert crps(Finish(already=True), 4) == 4


def test_a_steady_series_is_forecast_rightly() -> None:
    found = backtest([5] * 30, 6, 4)
    assert found.p85 is not None
    assert (found.p85.n, found.p85.coverage, found.p85.nominal, found.p85.pinball, found.crps) == (21, 1, 1, 0, 0)


def test_each_moment_looks_back_only() -> None:
    series = [3, 1, 4, 1, 5, 9, 2, 6]
    found = list(past_forecasts(series, 2, 2))
    assert [each.known for each in found] == [6, 5, 4, 3, 2, 1]
    # By hand: pieces are twice the mean of two weeks, their sum: 4, 5, 5, 6, 14, 11.
    assert [each.actual for each in found] == [1, 2, 1, 1, 3, 2]
    assert [each.ended for each in found] == [True, True, True, True, False, False]
    changed = list(past_forecasts([*series[:5], 100, 100, 100], 2, 2))
    assert [each.forecast for each in changed[:4]] == [each.forecast for each in found[:4]]


def test_slow_outcomes_count_as_much_as_quick_ones() -> None:
    # P85 of two even weeks for ten pieces is two weeks: within the series for both, though one of them never ends.
    forecast = finish(10, [[5]])
    quick, slow = Past(forecast, 2, 3), Past(forecast, 4, 3)
    found = score([quick, slow, Past(forecast, 2, 1)], 1).p85
    assert found is not None
    assert (found.n, found.coverage) == (2, 0.5)
    assert found.pinball == pytest.approx((4 - 2) * 0.85 / 2)


def test_too_short_a_history_says_nothing() -> None:
    for found in (backtest([1, 2, 3], 6, 2), backtest([0] * 40, 6, 2), backtest([], 1, 1)):
        assert (found.p50, found.p85, found.crps) == (None, None, None)


@pytest.mark.parametrize(("window", "ahead"), [(0, 1), (1, 0)])
def test_refused(window: int, ahead: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        backtest([1, 2], window, ahead)


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("window", [12, 26])
@pytest.mark.parametrize("ahead", [2, 4, 8])
def test_real_series_are_covered(name: str, window: int, ahead: int) -> None:
    found = backtest(weekly(name), window, ahead)
    assert found.p85 is not None
    assert found.p50 is not None
    assert found.p85.n > 140
    print(f"{name}, {window} weeks, {ahead} ahead: P85 {found.p85.coverage:.2f} of {found.p85.nominal:.2f}")
    assert 0.80 <= found.p85.coverage <= 0.95
    assert 0.5 <= found.p50.coverage <= found.p85.coverage
    assert 0.85 <= found.p85.nominal <= 1


@pytest.mark.parametrize("name", SERIES)
def test_six_weeks_are_too_few(name: str) -> None:
    short, long = backtest(weekly(name), 6, 4), backtest(weekly(name), 26, 4)
    assert short.p85 is not None
    assert long.p85 is not None
    assert short.p85.coverage < 0.80 < long.p85.coverage
    assert short.crps is not None
    assert long.crps is not None
    assert short.crps > long.crps
