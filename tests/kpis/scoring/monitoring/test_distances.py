"""Kolmogorov-Smirnov and Wasserstein against golden/07_drift.json (scipy's documentation, scipy 1.17.1)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.monitoring.distances import binned_kolmogorov_smirnov, kolmogorov_smirnov, wasserstein
from tests.kpis.scoring.golden import golden

DRIFT = golden("07_drift")
samples = st.lists(st.integers(0, 9), min_size=1, max_size=60)


@pytest.mark.parametrize("case", DRIFT["ks"])
def test_kolmogorov_smirnov_as_recorded(case: dict[str, list[float]]) -> None:
    found = kolmogorov_smirnov(case["a"], case["b"])
    assert (found.gap, found.p) == pytest.approx((case["D"], case["p"]), abs=1e-14)


def test_wasserstein_as_documented() -> None:
    values = DRIFT["wasserstein"]["values"]
    assert wasserstein([0, 1, 3], [5, 6, 8]).distance == pytest.approx(values["scipy_doc"], abs=1e-15)
    weighted = wasserstein([0, 1], [0, 1], [3, 1], [2, 2])
    assert weighted.distance == pytest.approx(values["scipy_doc_weighted"], abs=1e-15)
    # By hand: the mean of 0, 0, 0, 1 is a quarter, its variance 3/16.
    assert weighted.shift == pytest.approx(0.25 / math.sqrt(3 / 16))


def test_what_is_real_but_small_is_no_drift() -> None:
    random = np.random.default_rng(0)
    first, second = random.normal(0, 1, 100_000), random.normal(0.03, 1, 100_000)
    found = kolmogorov_smirnov(first.tolist(), second.tolist())
    assert found.p < 1e-6 and not found.drifted
    assert not wasserstein(first.tolist(), second.tolist()).drifted
    large = kolmogorov_smirnov(first[:2000].tolist(), (second[:2000] + 0.5).tolist())
    assert large.drifted and wasserstein(first[:2000].tolist(), (second[:2000] + 0.5).tolist()).drifted


def test_a_constant_reference_has_no_deviation() -> None:
    assert wasserstein([1, 1], [1, 1]).drifted is False
    moved = wasserstein([1, 1], [1, 2])
    assert (moved.distance, moved.shift, moved.drifted) == (0.5, None, True)
    assert (kolmogorov_smirnov([1, 1], [1, 1]).gap, kolmogorov_smirnov([1, 1], [1, 1]).p) == (0, 1)


@given(samples, samples)
def test_bins_of_whole_numbers_have_the_gap_of_the_samples(first: list[int], second: list[int]) -> None:
    counted = binned_kolmogorov_smirnov(*(np.bincount(each, minlength=10).tolist() for each in (first, second)))
    plain = kolmogorov_smirnov([float(each) for each in first], [float(each) for each in second])
    assert counted.gap == pytest.approx(plain.gap, abs=1e-12)
    assert (counted.n_reference, counted.n_current) == (len(first), len(second))


@pytest.mark.parametrize(("first", "second"), [([], [1.0]), ([1.0], [math.nan]), ([math.inf], [1.0])])
def test_refused(first: list[float], second: list[float]) -> None:
    for function in (kolmogorov_smirnov, wasserstein):
        with pytest.raises(ValueError, match=r"empty sample|finite number"):
            function(first, second)
    with pytest.raises(ValueError, match="same bins"):
        binned_kolmogorov_smirnov([1, 2], [3])
