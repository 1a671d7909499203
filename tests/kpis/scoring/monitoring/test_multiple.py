"""Benjamini and Hochberg against golden/07_benjamini_hochberg.json (their own example, 1995); Tarone by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from kpis.scoring.monitoring.multiple import adjusted, worth_testing
from tests.kpis.scoring.golden import golden

CASE = golden("07_benjamini_hochberg")
chances = st.lists(st.floats(1e-6, 1), min_size=1, max_size=40)


def test_as_published() -> None:
    found = adjusted(CASE["p"])
    assert found == pytest.approx(CASE["bh_adjusted"], abs=1e-15)
    assert sum(each is not None and each <= CASE["q"] for each in found) == CASE["published"]["n_reject_bh"] == 4


def test_what_is_no_number_is_dropped_first() -> None:
    found = adjusted([math.nan, *CASE["p"], None])
    assert (found[0], found[-1]) == (None, None)
    assert found[1:-1] == pytest.approx(CASE["bh_adjusted"], abs=1e-15)
    assert adjusted([]) == () and adjusted([math.nan]) == (None,)


@given(chances)
def test_equals_statsmodels(values: list[float]) -> None:
    assert adjusted(values) == pytest.approx(multipletests(values, method="fdr_bh")[1].tolist(), abs=1e-12)


def test_who_could_reject_by_hand() -> None:
    # Three reach 0.05, so k is not 1; two reach 0.05 / 2, so k is 2 and these two are tested.
    assert worth_testing([0.01, 0.02, 0.04, 0.9], 0.05) == (True, True, False, False)
    assert worth_testing([0.9, 0.9], 0.05) == (False, False)
    assert worth_testing([], 0.05) == ()
    assert worth_testing([math.nan, 0.01], 0.05) == (False, True)


@given(chances)
def test_the_tested_could_all_reject_together(values: list[float]) -> None:
    kept = [each for each, asked in zip(values, worth_testing(values, 0.05)) if asked]
    assert all(each <= 0.05 / len(kept) for each in kept)
