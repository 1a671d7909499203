"""Exact tests against golden/03_mcnemar_two_sample.json (Agresti's table; R as recorded), scipy and statsmodels."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from kpis.scoring.evaluations.binomial import chance_of_so_few, mcnemar_exact, mcnemar_mid_p
from tests.kpis.scoring.golden import golden

GOLDEN = golden("03_mcnemar_two_sample")


@pytest.mark.parametrize("case", GOLDEN["exact_small"], ids=lambda case: f"{case['b']}-{case['c']}")
def test_small_tables_as_recorded(case: dict[str, Any]) -> None:
    assert mcnemar_exact(case["b"], case["c"]) == pytest.approx(case["p_exact"], abs=1e-12)
    assert mcnemar_mid_p(case["b"], case["c"]) == pytest.approx(case["p_mid"], abs=1e-12)


def test_the_published_table() -> None:
    (_, b), (c, _) = GOLDEN["mcnemar"]["table"]
    assert mcnemar_exact(b, c) == pytest.approx(GOLDEN["mcnemar"]["p_exact"], rel=1e-10)


@given(st.integers(0, 300), st.integers(0, 300))
def test_equals_statsmodels_and_has_no_direction(b: int, c: int) -> None:
    oracle = mcnemar([[5, b], [c, 5]], exact=True).pvalue if b + c else 1.0
    assert mcnemar_exact(b, c) == pytest.approx(oracle, abs=1e-9)
    assert mcnemar_exact(b, c) == mcnemar_exact(c, b)
    assert mcnemar_mid_p(b, c) == mcnemar_mid_p(c, b)
    assert 0 <= mcnemar_mid_p(b, c) <= mcnemar_exact(b, c) <= 1


@given(st.integers(1, 200), st.integers(1, 200))
def test_mid_p_takes_off_half_of_the_observed_table_on_each_side(b: int, c: int) -> None:
    if b != c:
        here = stats.binom.pmf(min(b, c), b + c, 0.5)
        assert mcnemar_mid_p(b, c) == pytest.approx(stats.binomtest(b, b + c).pvalue - here, abs=1e-9)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.001, 0.999))
def test_the_tail_equals_scipy(pair: tuple[int, int], rate: float) -> None:
    assert chance_of_so_few(*pair, rate) == pytest.approx(stats.binom.cdf(*pair, rate), abs=1e-9)


def test_without_cases_nothing_is_shown() -> None:
    assert chance_of_so_few(0, 0, 0.05) == 1.0
    assert mcnemar_exact(0, 0) == mcnemar_mid_p(0, 0) == 1.0


@pytest.mark.parametrize("errors,n,rate", [(-1, 5, 0.5), (6, 5, 0.5), (1, 5, 1.5), (1, 5, -0.5)])
def test_nonsense_is_refused(errors: int, n: int, rate: float) -> None:
    with pytest.raises(ValueError):
        chance_of_so_few(errors, n, rate)


@pytest.mark.parametrize("b,c", [(-1, 0), (0, -1)])
def test_pairs_are_counted_from_nothing(b: int, c: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        mcnemar_exact(b, c)
    with pytest.raises(ValueError, match="negative"):
        mcnemar_mid_p(b, c)
