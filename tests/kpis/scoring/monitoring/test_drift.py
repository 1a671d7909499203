"""PSI and Jensen-Shannon against golden/07_drift.json; the null by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.monitoring.drift import jensen_shannon, judge_psi, merged, psi, psi_chance, psi_limit
from tests.kpis.scoring.golden import golden

DRIFT = golden("07_drift")
COMPUTED = DRIFT["examples"]["computed"]
histograms = st.integers(2, 12).flatmap(
    lambda size: st.tuples(*[st.lists(st.integers(1, 200), min_size=size, max_size=size)] * 2)
)


def test_psi_as_published() -> None:
    # README of psi-inference 0.1.0: index, critical value and p of two histograms of seven bins.
    case = DRIFT["psi_published"]
    base, current = case["base"], case["current"]
    assert psi(base, current) == pytest.approx(case["psi"], abs=1e-15)
    assert round(psi(base, current), 4) == case["published"]["psi"]
    assert round(psi_limit(7, sum(base), sum(current)), 4) == case["published"]["critical95"]
    assert psi_chance(psi(base, current), 7, sum(base), sum(current)) == pytest.approx(7.2e-06, abs=5e-8)


def test_critical_values_as_published() -> None:
    for name, value in DRIFT["psi_published"]["critical_table"].items():
        n, bins = int(name.split("=")[2].split(",")[0]), int(name.rsplit("=", 1)[1])
        assert abs(psi_limit(bins, n, n) - value) < 1e-4


def test_psi_as_recorded() -> None:
    deciles, cats = DRIFT["examples"]["deciles"], DRIFT["examples"]["cats"]
    assert psi(deciles["expected"], deciles["actual"]) == pytest.approx(COMPUTED["psi_deciles"], abs=1e-15)
    assert psi(cats["ref"], cats["cur"]) == pytest.approx(COMPUTED["psi_cat"], abs=1e-15)
    evidently = DRIFT["examples"]["evidently_0_7_23_check"]
    assert psi(cats["ref"], cats["cur"]) == pytest.approx(evidently["psi"], abs=1e-15)


def test_jensen_shannon_says_what_it_is() -> None:
    cats = DRIFT["examples"]["cats"]
    natural = jensen_shannon(cats["ref"], cats["cur"], math.e)
    binary = jensen_shannon(cats["ref"], cats["cur"])
    assert natural.distance == pytest.approx(COMPUTED["js_distance_nat"], abs=1e-15)
    assert binary.distance == pytest.approx(COMPUTED["js_distance_base2"], abs=1e-15)
    assert binary.divergence == pytest.approx(COMPUTED["js_divergence_base2"], abs=1e-15)
    assert jensen_shannon([1, 0], [0, 1]).divergence == pytest.approx(1)
    with pytest.raises(ValueError, match="2 or e"):
        jensen_shannon([1, 2], [2, 1], 10)


@pytest.mark.parametrize("case", DRIFT["psi_null"]["rows"], ids=lambda case: f"{case['bins']}-{case['n_cur']}")
def test_limits_as_recorded(case: dict[str, float]) -> None:
    # 4,000 multinomial draws of equal bins, their 95 % point; ours come from the pooled cases.
    bins, n, m = int(case["bins"]), int(case["n_ref"]), int(case["n_cur"])
    assert psi_limit(bins, n, m) == pytest.approx(case["approx_crit95"], rel=1e-12)
    found = judge_psi([n // bins] * bins, [m // bins] * bins)
    assert (found.value, found.p, found.drifted) == (0, 1, False)
    assert found.limit == pytest.approx(case["sim_q95"], rel=0.05)


def test_no_drift_alarms_in_one_of_twenty() -> None:
    # 100 against 100 cases, ten bins; 400 pairs, and three standard errors of that.
    pairs = np.random.default_rng(1).multinomial(100, [0.1] * 10, (400, 2))
    judged = [judge_psi(first.tolist(), second.tolist(), draws=500) for first, second in pairs]
    alarms = np.mean([each.drifted for each in judged])
    assert alarms <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)
    assert np.mean([each.value >= 0.1 for each in judged]) > 0.7


def test_drift_that_matters_is_found_and_what_does_not_is_not() -> None:
    assert judge_psi([250, 250, 250, 250], [100, 200, 300, 400]).drifted
    tiny = judge_psi([250_000, 250_000], [252_000, 248_000])
    assert tiny.real and not tiny.drifted


def test_a_bin_of_one_sample_only_is_infinite() -> None:
    assert psi([10, 0], [5, 5]) == math.inf
    found = judge_psi([100, 0], [0, 100])
    assert (found.value, found.drifted) == (math.inf, True)
    assert psi([10, 0, 10], [10, 0, 10]) == 0


def test_sparse_bins_are_merged_with_their_smaller_neighbour() -> None:
    # By hand: both samples hold 40; a bin needs ten cases together. The last joins its only neighbour, 0 + 2 and 3 + 5
    # become ten, which is enough.
    first, second = merged(np.array([15.0, 0, 3, 20, 2]), np.array([18.0, 2, 5, 12, 3]))
    assert (first.tolist(), second.tolist()) == ([15, 3, 22], [18, 7, 15])
    only = judge_psi([3], [4])
    assert (only.bins, only.value, only.p) == (1, 0, 1)


@given(histograms)
def test_the_order_of_samples_does_not_matter(pair: tuple[list[int], list[int]]) -> None:
    first, second = pair
    assert psi(first, second) == pytest.approx(psi(second, first), abs=1e-12)
    assert psi(first, first) == 0 and psi(first, second) >= 0
    assert 0 <= jensen_shannon(first, second).distance <= 1


@given(histograms)
def test_merging_keeps_every_case(pair: tuple[list[int], list[int]]) -> None:
    first, second = merged(np.array(pair[0], dtype=float), np.array(pair[1], dtype=float))
    assert (first.sum(), second.sum()) == tuple(sum(each) for each in pair)
    share = min(first.sum(), second.sum()) / (first.sum() + second.sum())
    assert len(first) == 1 or ((first + second) * share >= 5).all()


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (([1, 2], [1, 2, 3]), "same bins"),
        (([1, -1], [1, 2]), "not below 0"),
        (([math.nan, 1], [1, 2]), "not below 0"),
        (([0, 0], [1, 2]), "without cases"),
        (([], []), "without cases"),
    ],
)
def test_refused(pair: tuple[list[float], list[float]], words: str) -> None:
    for function in (psi, jensen_shannon):
        with pytest.raises(ValueError, match=words):
            function(*pair)
