"""The drift of one feature: values from the golden files, thresholds by hand and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from kpis.scoring.monitoring.drift import judge_psi
from kpis.scoring.monitoring.feature_drift import (
    KEPT_AS,
    METHODS,
    NOTABLE_DISTANCE,
    Method,
    compare_bins,
    compare_samples,
)
from projects.progress.observed import fails
from tests.kpis.scoring.golden import golden

DRIFT = golden("07_drift")
CATS = DRIFT["examples"]["cats"]
COMPUTED = DRIFT["examples"]["computed"]
BINNED: tuple[Method, ...] = ("psi", "jensenshannon", "ks")


def test_values_as_recorded() -> None:
    assert compare_bins("psi", CATS["ref"], CATS["cur"]).value == pytest.approx(COMPUTED["psi_cat"], abs=1e-15)
    found = compare_bins("jensenshannon", CATS["ref"], CATS["cur"])
    assert found.value == pytest.approx(COMPUTED["js_distance_base2"], abs=1e-15)
    assert (found.n, found.n_reference) == (sum(CATS["cur"]), sum(CATS["ref"]))


def test_the_gap_by_hand() -> None:
    # 60 of 100 against 40 of 100 lie in the first bin: the functions are 0.2 apart. What 100 against 100 exceed in 5 %
    # of samples is 1.36 √(1/100 + 1/100) = 0.192 by Smirnov's limit; the exact law at size 50 is a little below it.
    found = compare_bins("ks", [60, 40], [40, 60])
    assert found.value == pytest.approx(0.2)
    assert found.threshold == pytest.approx(0.192, abs=0.006) and found.drifted
    assert not compare_bins("ks", [59, 41], [41, 59]).drifted
    large = compare_bins("ks", [60_000, 40_000], [51_000, 49_000])
    assert large.threshold == 0.1 and not large.drifted, "real, but too small to matter"


def test_where_little_moves_the_index_is_eight_times_the_divergence() -> None:
    reference, current = [25_000] * 4, [25_500, 24_500, 25_200, 24_800]
    index = compare_bins("psi", reference, current).value
    distance = compare_bins("jensenshannon", reference, current).value
    assert index == pytest.approx(8 * math.log(2) * distance**2, rel=1e-3)
    assert round(NOTABLE_DISTANCE, 4) == 0.1343


def test_samples_are_compared_by_the_tenths_of_the_reference() -> None:
    reference = [float(value) for value in range(1, 101)]
    found = compare_samples("psi", reference, [value + 50 for value in reference])
    # Ten bins of ten; moved by half, five bins are empty and the last holds sixty.
    by_hand = compare_bins("psi", [10] * 10, [0] * 5 + [10] * 4 + [60])
    assert found == by_hand and found.drifted
    assert compare_samples("psi", [1.0] * 50 + [2.0] * 50, [1.0] * 52 + [2.0] * 48).value < 0.01


@pytest.mark.parametrize("method", ["psi", "jensenshannon"])
def test_samples_that_share_nothing_have_drifted(method: Method) -> None:
    found = compare_bins(method, [100, 0], [0, 100])
    assert math.isfinite(found.value) and found.drifted
    assert found.value == pytest.approx(1.0) or method == "psi"
    # Half a case in the empty bins, by hand: 2 · (100/100.5 − 0.5/100.5) · ln 200.
    assert found.value == pytest.approx(2 * 99.5 / 100.5 * math.log(200)) or method == "jensenshannon"


def test_wasserstein_is_told_and_not_judged() -> None:
    found = compare_samples("wasserstein", [0.0, 2.0], [1.0, 3.0])
    assert (found.value, found.threshold, found.drifted) == (1.0, None, None)
    with pytest.raises(ValueError, match="constant"):
        compare_samples("wasserstein", [1.0, 1.0], [1.0, 3.0])
    with pytest.raises(ValueError, match="samples"):
        compare_bins("wasserstein", [1, 2], [2, 1])


@pytest.mark.parametrize("method", BINNED)
def test_small_samples_without_drift_rarely_alarm(method: Method) -> None:
    # 300 pairs at a level of 5 %: more than 29 would be a chance of 1 in 1,000 (binomial).
    dice = np.random.default_rng(7)
    drawn = dice.multinomial(100, [0.1] * 10, size=(300, 2)).tolist()
    assert sum(bool(compare_bins(method, *pair).drifted) for pair in drawn) <= 29


def test_the_limit_of_the_distance_is_that_of_its_null() -> None:
    # Two samples of 50 in five equal bins: their distances by scipy, of which 5 % lie above the limit.
    dice = np.random.default_rng(11)
    pairs = dice.multinomial(50, [0.2] * 5, size=(3_000, 2))
    distances = [jensenshannon(first, second, base=2) for first, second in pairs]
    limit = compare_bins("jensenshannon", [10] * 5, [10] * 5).threshold
    assert limit is not None and limit > NOTABLE_DISTANCE
    assert limit == pytest.approx(float(np.quantile(distances, 0.95)), abs=0.01)


def test_what_is_kept_is_judged_alike() -> None:
    """A finding compares the kept value with the kept threshold; it says what was said when it was sent."""
    reference, moved = [40, 30, 20, 10], [10, 20, 30, 40]
    for method in BINNED:
        for current in (reference, moved):
            found = compare_bins(method, reference, current)
            assert fails("drift", KEPT_AS[method], found.value, found.threshold) == found.drifted
    assert all(fails("drift", KEPT_AS[each], 1.0, 0.5) for each in METHODS), "a method that is not known"
    assert judge_psi(reference, moved).drifted == compare_bins("psi", reference, moved).drifted


@pytest.mark.parametrize(("reference", "current"), [([], []), ([0, 0], [1, 2]), ([1, 2], [1, 2, 3]), ([-1, 2], [1, 2])])
@pytest.mark.parametrize("method", BINNED)
def test_what_cannot_be_compared(method: Method, reference: list[int], current: list[int]) -> None:
    with pytest.raises(ValueError):
        compare_bins(method, reference, current)


def test_samples_hold_numbers() -> None:
    for reference, current in (([], [1.0]), ([1.0], []), ([1.0], [math.nan])):
        for method in METHODS:
            with pytest.raises(ValueError):
                compare_samples(method, reference, current)
