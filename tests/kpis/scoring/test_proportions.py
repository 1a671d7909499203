"""Intervals against published tables (Newcombe 1998), R's binom.test as recorded, and statsmodels as an oracle."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from kpis.scoring.proportions import (
    clopper_pearson,
    counts,
    decide,
    katz_ratio,
    lower_bound,
    n_to_meet,
    n_without_errors,
    newcombe_difference,
    upper_bound,
    wilson,
)
from tests.kpis.scoring.golden import golden

INTERVALS = golden("03_confidence_intervals")
DIFFERENCE = golden("03_mcnemar_two_sample")["newcombe_diff"]
COMPAS = INTERVALS["published_accuracy_ci"]["computed"]


@pytest.mark.parametrize("case", INTERVALS["intervals"])
def test_two_sided_intervals_as_published(case: dict[str, Any]) -> None:
    score, exact = wilson(case["x"], case["n"]), clopper_pearson(case["x"], case["n"])
    assert [score.low, score.high] == pytest.approx(case["wilson_95"], abs=1e-12)
    assert [exact.low, exact.high] == pytest.approx(case["clopper_pearson_95"], abs=1e-9)
    assert [round(score.low, 4), round(score.high, 4)] == pytest.approx(case["published_4dp"]["wilson"])
    assert [round(exact.low, 4), round(exact.high, 4)] == pytest.approx(case["published_4dp"]["cp"])


@pytest.mark.parametrize("case", INTERVALS["decisions"]["cases"], ids=lambda case: f"{case['x']}/{case['n']}")
def test_decisions_as_recorded(case: dict[str, Any]) -> None:
    x, n = case["x"], case["n"]
    assert lower_bound(x, n) == pytest.approx(case["cp_lower_one_sided_95"], abs=1e-9)
    assert upper_bound(x, n) == pytest.approx(case["cp_upper_one_sided_95"], abs=1e-9)
    assert decide(x / n, n, case["target"]) == case["decision"]


@pytest.mark.parametrize("case", INTERVALS["decisions"]["cases"], ids=lambda case: f"{case['x']}/{case['n']}")
def test_met_is_the_exact_binomial_test(case: dict[str, Any]) -> None:
    p = stats.binomtest(case["x"], case["n"], case["target"], alternative="greater").pvalue
    assert p == pytest.approx(case["p_value_H0_le_target"], abs=1e-9)
    assert (decide(case["point"], case["n"], case["target"]) == "met") == (p <= 0.05)


@pytest.mark.parametrize("row", INTERVALS["zero_error_sample_size"]["rows"])
def test_cases_without_errors(row: dict[str, Any]) -> None:
    n = row["n_min_zero_errors"]
    assert n_without_errors(row["target"], 1 - row["alpha"]) == n
    assert n_to_meet(1.0, row["target"], 1 - row["alpha"]) == n
    assert lower_bound(n, n, 1 - row["alpha"]) >= row["target"] > lower_bound(n - 1, n - 1, 1 - row["alpha"])


@pytest.mark.parametrize("group", ["black", "white"])
def test_accuracy_of_a_published_study(group: str) -> None:
    case = COMPAS[group]
    found = clopper_pearson(round(case["accuracy"] * case["n"]), case["n"])
    assert [found.low, found.high] == pytest.approx(case["cp"], abs=1e-9)


def test_newcombe_as_published() -> None:
    found = newcombe_difference((DIFFERENCE["x1"], DIFFERENCE["n1"]), (DIFFERENCE["x2"], DIFFERENCE["n2"]))
    assert [found.low, found.high] == pytest.approx(DIFFERENCE["ci95"], abs=1e-9)


COUNTS = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_intervals_equal_statsmodels(pair: tuple[int, int], confidence: float) -> None:
    x, n = pair
    exact, score = clopper_pearson(x, n, confidence), wilson(x, n, confidence)
    assert [exact.low, exact.high] == pytest.approx(proportion_confint(x, n, 1 - confidence, "beta"), abs=1e-9)
    assert [score.low, score.high] == pytest.approx(proportion_confint(x, n, 1 - confidence, "wilson"), abs=1e-9)


@given(COUNTS, COUNTS)
def test_differences_equal_statsmodels(one: tuple[int, int], two: tuple[int, int]) -> None:
    found = newcombe_difference(one, two)
    oracle = confint_proportions_2indep(*one, *two, method="newcomb", compare="diff")
    assert [found.low, found.high] == pytest.approx([max(-1, oracle[0]), min(1, oracle[1])], abs=1e-9)


INNER = st.integers(2, 3000).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n)))


@given(INNER, INNER, st.sampled_from([0.8, 0.95, 0.99]))
def test_ratios_equal_statsmodels(one: tuple[int, int], two: tuple[int, int], confidence: float) -> None:
    found = katz_ratio(one, two, confidence)
    oracle = confint_proportions_2indep(*one, *two, method="log", compare="ratio", alpha=1 - confidence)
    assert [found.low, found.high] == pytest.approx(list(oracle), rel=1e-9)


def test_a_ratio_by_hand() -> None:
    """400 of 1,000 over 500 of 1,000: the logarithm of 0.8 has the variance 1/400 − 1/1000 + 1/500 − 1/1000 = 1/400."""
    found = katz_ratio((400, 1000), (500, 1000))
    assert [found.low, found.high] == pytest.approx([0.8 * math.exp(-1.959964 / 20), 0.8 * math.exp(1.959964 / 20)])


@pytest.mark.parametrize(
    "one,two", [((0, 40), (20, 40)), ((40, 40), (20, 50)), ((30, 30), (60, 60)), ((9, 30), (0, 9))]
)
def test_an_empty_cell_adds_half_a_case_to_each(one: tuple[int, int], two: tuple[int, int]) -> None:
    """statsmodels is given the counts with the half cases already in them."""
    found = katz_ratio(one, two)
    spared = (one[0] + 0.5, one[1] + 1, two[0] + 0.5, two[1] + 1)
    low, high = confint_proportions_2indep(*spared, method="log", compare="ratio")
    assert found.low == (0.0 if one[0] == 0 else pytest.approx(low, rel=1e-9))
    assert found.high == (math.inf if two[0] == 0 else pytest.approx(high, rel=1e-9))


@given(COUNTS, COUNTS)
def test_a_ratio_lies_in_its_interval_and_turns_round(one: tuple[int, int], two: tuple[int, int]) -> None:
    found, turned = katz_ratio(one, two), katz_ratio(two, one)
    if two[0]:
        assert found.low - 1e-12 <= (one[0] / one[1]) / (two[0] / two[1]) <= found.high + 1e-12
    assert [turned.low, turned.high] == pytest.approx(
        [1 / found.high, 1 / found.low if found.low else math.inf], rel=1e-9
    )


@pytest.mark.parametrize("one,two", [((0, 0), (1, 2)), ((1, 2), (3, 2))])
def test_no_ratio_of_nothing(one: tuple[int, int], two: tuple[int, int]) -> None:
    with pytest.raises(ValueError):
        katz_ratio(one, two)


@given(COUNTS, st.sampled_from([0.9, 0.95]))
def test_bounds_enclose_the_rate(pair: tuple[int, int], confidence: float) -> None:
    x, n = pair
    assert 0 <= lower_bound(x, n, confidence) <= x / n <= upper_bound(x, n, confidence) <= 1


@given(COUNTS)
def test_an_error_is_the_mirror_of_a_success(pair: tuple[int, int]) -> None:
    x, n = pair
    assert lower_bound(x, n) == pytest.approx(1 - upper_bound(n - x, n), abs=1e-9)


@pytest.mark.parametrize("rate,target,n", [(0.95, 0.9, None), (0.93, 0.9, None), (0.92, 0.9, None), (1.0, 0.9, 29)])
def test_n_to_meet_is_the_smallest(rate: float, target: float, n: int | None) -> None:
    found = n_to_meet(rate, target)
    assert found is not None
    assert n is None or found == n
    assert lower_bound(math.floor(rate * found + 1e-9), found) >= target
    for smaller in range(max(1, found - 200), found):
        assert lower_bound(math.floor(rate * smaller + 1e-9), smaller) < target


@pytest.mark.parametrize(
    "rate,target", [(0.9, 0.9), (0.85, 0.9), (1.0, 1.0), (0.0, 0.0), (0.900000001, 0.9), (1.01, 0.9)]
)
def test_no_n_meets_what_the_estimate_misses(rate: float, target: float) -> None:
    assert n_to_meet(rate, target) is None


def test_a_narrow_lead_needs_many_cases() -> None:
    assert n_to_meet(0.901, 0.9) == pytest.approx(243_000, rel=0.05)
    narrow = n_to_meet(0.9001, 0.9)
    assert narrow is not None
    assert narrow > 10_000_000


@pytest.mark.parametrize(
    "rate,n,expected",
    [
        (0.93, 1000, (930, 930)),
        (0.9153, 1000, (915, 916)),
        (0.1, 30, (3, 3)),
        (0.9299999475479126, 1000, (930, 930)),
        (1.0, 7, (7, 7)),
        (0.0, 7, (0, 0)),
        (0.5, 7, (3, 4)),
    ],
)
def test_counts_behind_a_rate(rate: float, n: int, expected: tuple[int, int]) -> None:
    assert counts(rate, n) == expected


def test_a_rounded_rate_is_never_taken_at_its_best() -> None:
    # 915.5 of 1,000 is either 915 or 916: only 916 would meet 0.9.
    assert decide(0.916, 1000, 0.9) == "met"
    assert decide(0.9155, 1000, 0.9) == "undecided"


@pytest.mark.parametrize("x,n,confidence", [(0, 0, 0.95), (-1, 5, 0.95), (6, 5, 0.95), (1, 5, 0.0), (1, 5, 1.0)])
def test_nonsense_is_refused(x: int, n: int, confidence: float) -> None:
    for function in (lower_bound, upper_bound, wilson, clopper_pearson):
        with pytest.raises(ValueError):
            function(x, n, confidence)


@pytest.mark.parametrize("target", [0.0, 1.0, 1.2])
def test_no_number_of_cases_proves_certainty(target: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        n_without_errors(target)
