"""Label error against golden/04_labeling.json (R survey as recorded; scipy and statsmodels by named versions)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats.proportion import proportion_confint

from kpis.scoring.labeling.label_error import Audited, LabelError, random_error, stratified_error
from kpis.scoring.proportions import n_without_errors
from tests.kpis.scoring.golden import golden

GOLDEN = golden("04_labeling")
STRATA = [Audited(row["stratum"], row["N"], row["n"], row["x"]) for row in GOLDEN["stratified"]["rows"]]
AUDITED = st.integers(1, 500).flatmap(
    lambda size: st.integers(1, size).flatmap(
        lambda n: st.integers(0, n).map(lambda errors: (size, n, errors)),
    )
)


def audited(counts: list[tuple[int, int, int]]) -> list[Audited]:
    return [Audited(f"stratum {place}", *each) for place, each in enumerate(counts)]


def whole(strata: list[Audited], confidence: float = 0.95) -> LabelError:
    found = stratified_error(strata, confidence).whole
    assert found is not None
    return found


@pytest.mark.parametrize("case", GOLDEN["audit"], ids=lambda case: f"{case['errors']}/{case['n']}")
def test_a_random_sample_as_recorded(case: dict[str, Any]) -> None:
    found = random_error(case["errors"], case["n"])
    assert found is not None
    assert found.rate == case["rate"]
    assert found.high == pytest.approx(case["upper_one_sided95"], abs=1e-12)
    assert [found.interval.low, found.interval.high] == pytest.approx(case["wilson95"], abs=1e-12)
    twice = random_error(case["errors"], case["n"], 0.975)
    assert twice is not None
    assert [twice.low, twice.high] == pytest.approx(case["cp95"], abs=1e-12)


@pytest.mark.parametrize("case", GOLDEN["zero_error_n"], ids=lambda case: str(case["max_error"]))
def test_clean_labels_that_are_needed(case: dict[str, Any]) -> None:
    n = case["n_zero_errors"]
    assert n_without_errors(1 - case["max_error"], case["conf"]) == n
    enough, short = random_error(0, n, case["conf"]), random_error(0, n - 1, case["conf"])
    assert enough is not None
    assert short is not None
    assert enough.high <= case["max_error"] < short.high


def test_without_labels_there_is_no_error() -> None:
    assert random_error(0, 0) is None
    assert stratified_error([]).whole is None


def test_strata_as_r_has_them() -> None:
    # R's survey package: svymean, and svyciprop with method "beta". The weights of its data set are kept in single
    # precision (44.20999908 for 44.21), which moves the ends of the interval by 3e-9.
    case, found = GOLDEN["stratified"], whole(STRATA)
    assert found.rate == pytest.approx(case["estimate"], abs=1e-15)
    assert found.se == pytest.approx(case["se"], abs=1e-15)
    assert round(found.rate, 6) == case["R"]["estimate"]
    assert found.se is not None
    assert round(found.se, 5) == case["R"]["se"]
    assert [found.interval.low, found.interval.high] == pytest.approx(case["R"]["beta_ci"], abs=1e-8)
    sided = whole(STRATA, 0.975)
    assert (sided.low, sided.high) == (found.interval.low, found.interval.high)
    assert found.n == 200
    assert found.effective == pytest.approx(found.rate * (1 - found.rate) / found.se**2)


def test_each_stratum_has_its_own_bound() -> None:
    found = stratified_error(STRATA)
    assert list(found.strata) == ["E", "H", "M"]
    for each in STRATA:
        mine = found.strata[each.name]
        assert mine is not None
        _, high = proportion_confint(each.errors, each.n, 0.1, "beta")
        assert mine.high == pytest.approx(high, abs=1e-12)
    clean = stratified_error([*STRATA, Audited("Z", 300, 60, 0)]).strata["Z"]
    assert clean is not None
    assert clean.high == pytest.approx(GOLDEN["audit"][0]["upper_one_sided95"], abs=1e-12)


def test_a_stratum_that_nobody_looked_at_leaves_the_whole_open() -> None:
    found = stratified_error([*STRATA, Audited("Z", 5, 0, 0), Audited("empty", 0, 0, 0)])
    assert (found.whole, found.unseen) == (None, ("Z",))
    assert "empty" not in found.strata


def test_proportional_strata_without_errors_are_one_random_sample() -> None:
    # 149 clean labels show at most 2 % at 95 %, in one sample as in strata of the same proportions.
    found = whole(audited([(800, 80, 0), (490, 49, 0), (200, 20, 0)]))
    assert found.high == pytest.approx(GOLDEN["audit"][1]["upper_one_sided95"], abs=1e-12)
    assert (found.rate, found.low, found.effective) == (0, 0, 149)


def test_strata_with_and_without_errors_share_what_may_go_wrong() -> None:
    # By hand: half of the labels without an error among 100, half with 10, whose effective number is 99 / 0.9 = 110;
    # each part at 97.5 %.
    _, high = proportion_confint(11, 110, 0.05, "beta")
    found = whole([Audited("clean", 1000, 100, 0), Audited("wrong", 1000, 100, 10)])
    assert found.high == pytest.approx((1 - 0.025**0.01) / 2 + high / 2, abs=1e-9)


@given(st.lists(st.tuples(st.integers(60, 500), st.integers(1, 50)), min_size=2, max_size=3))
def test_unseen_errors_are_the_largest_that_may_be(sizes: list[tuple[int, int]]) -> None:
    found = whole(audited([(size, n, 0) for size, n in sizes]))
    weights, labels = np.array(sizes, dtype=float).T
    weights /= weights.sum()
    constraint = {"type": "ineq", "fun": lambda p: labels @ np.log1p(-p) - np.log(0.05)}
    start = np.full(len(sizes), 1 - 0.05 ** (1 / labels.sum())) * 0.99
    best = optimize.minimize(
        lambda p: -weights @ p,
        start,
        bounds=[(0, 1 - 1e-9)] * len(sizes),
        constraints=[constraint],
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 500},
    )
    assert found.high >= -best.fun - 1e-6
    # No weaker than the bounds of single strata added up at a share of the error each.
    apart = sum(weight * (1 - (0.05 / len(sizes)) ** (1 / n)) for weight, n in zip(weights.tolist(), labels.tolist()))
    assert found.high <= apart + 1e-12


@given(st.lists(AUDITED, min_size=1, max_size=5))
def test_bounds_hold_the_estimate(counts: list[tuple[int, int, int]]) -> None:
    found = whole(audited(counts))
    slack = 1e-9
    assert -slack <= found.interval.low <= found.low + slack
    assert found.low <= found.rate + slack
    assert found.rate <= found.high + slack
    assert found.high <= found.interval.high + slack <= 1 + 2 * slack
    wrong = sum(size * errors / n for size, n, errors in counts) / sum(size for size, _, _ in counts)
    assert found.rate == pytest.approx(wrong)


@given(st.lists(AUDITED, min_size=1, max_size=4))
def test_right_and_wrong_mirror_each_other(counts: list[tuple[int, int, int]]) -> None:
    found = whole(audited(counts))
    mirrored = whole(audited([(size, n, n - errors) for size, n, errors in counts]))
    assert mirrored.low == pytest.approx(1 - found.high, abs=1e-9)
    assert mirrored.rate == pytest.approx(1 - found.rate, abs=1e-12)


def test_when_all_labels_were_looked_at_nothing_is_uncertain() -> None:
    found = whole(audited([(40, 40, 4), (60, 60, 0)]))
    assert (found.low, found.rate, found.high) == pytest.approx((0.04, 0.04, 0.04))
    assert found.se == 0


def test_one_stratum_is_close_to_a_random_sample() -> None:
    one, plain = whole([Audited("all", 10**6, 200, 10)]), random_error(10, 200)
    assert plain is not None
    assert one.high == pytest.approx(plain.high, abs=1e-3)


@pytest.mark.parametrize("counts", [(10, 5, 6), (10, 11, 0), (10, 5, -1)])
def test_impossible_counts(counts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError):
        Audited("a", *counts)


SCENES: list[tuple[list[int], list[int], list[float], float]] = [
    ([4000, 1000, 1000], [100, 50, 50], [0.09, 0.48, 0.3], 0.945),
    ([4000, 1000, 1000], [100, 50, 50], [0.01, 0.02, 0.1], 0.945),
    ([9000, 500, 500], [50, 100, 100], [0.03, 0.0, 0.0], 0.945),
    ([9000, 900, 100], [30, 30, 30], [0.02, 0.2, 0.5], 0.945),
    ([500] * 20, [5] * 20, [0.05] * 20, 0.945),
    ([500] * 20, [2] * 20, [0.3] * 20, 0.945),
    ([500] * 5, [400] * 5, [0.02] * 5, 0.92),
]


@pytest.mark.slow
@pytest.mark.parametrize(("sizes", "ns", "rates", "least"), SCENES)
def test_the_bounds_keep_their_word(sizes: list[int], ns: list[int], rates: list[float], least: float) -> None:
    # 1,500 audits of made-up labels whose error is known; their share has a standard error of 0.006.
    wrong = [round(size * rate) for size, rate in zip(sizes, rates)]
    truth, rounds = sum(wrong) / sum(sizes), 1500
    chance = np.random.default_rng(len(sizes) + ns[0])
    drawn = [stats.hypergeom(*each).rvs(rounds, random_state=chance) for each in zip(sizes, wrong, ns)]
    above = below = 0
    for errors in zip(*drawn):
        found = whole(audited([(size, n, int(each)) for size, n, each in zip(sizes, ns, errors)]))
        above += found.high >= truth - 1e-12
        below += found.low <= truth + 1e-12
    print(f"error {truth:.3f}: upper bound holds in {above / rounds:.3f}, lower in {below / rounds:.3f}")
    assert above / rounds >= least
    assert below / rounds >= least
