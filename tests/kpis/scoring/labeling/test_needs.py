"""Labels until a class has enough: golden/04_labeling.json (scipy.stats.nbinom), and simulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kpis.scoring.labeling.needs import all_enough, chance_of_enough, class_enough, labels_needed, tasks_enough
from tests.kpis.scoring.golden import golden

ROWS = golden("04_labeling")["rare_class_forecast"]["rows"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['still_needed']} at {row['prevalence']}")
def test_as_recorded(row: dict[str, Any]) -> None:
    missing, prevalence = row["still_needed"], row["prevalence"]
    found = [labels_needed(missing, prevalence, chance) for chance in (0.5, 0.85, 0.95)]
    assert found == [row["p50"], row["p85"], row["p95"]]
    enough = class_enough(missing, prevalence)
    mean = float(np.sum(1 - enough))
    assert mean == pytest.approx(row["mean_items"], abs=1e-6)


@given(st.integers(1, 60), st.floats(0.01, 1), st.floats(0.01, 0.999))
def test_the_quantile_equals_scipy(missing: int, prevalence: float, chance: float) -> None:
    assert labels_needed(missing, prevalence, chance) == missing + stats.nbinom.ppf(chance, missing, prevalence)


@given(st.integers(1, 60), st.floats(0.01, 1), st.integers(0, 400))
def test_the_chance_is_that_of_so_many_among_the_labels(missing: int, prevalence: float, labels: int) -> None:
    chance = chance_of_enough(labels, missing, prevalence)
    assert chance == pytest.approx(stats.binom.sf(missing - 1, labels, prevalence), abs=1e-12)
    enough = class_enough(missing, prevalence)
    assert enough[min(labels, len(enough) - 1)] == pytest.approx(chance, abs=1e-11)


def test_nothing_missing_needs_no_label() -> None:
    assert chance_of_enough(0, 0, 0.5) == 1
    assert labels_needed(0, 0.5, 0.85) == 0
    assert tasks_enough(0).tolist() == [1]
    assert tasks_enough(-2).tolist() == [1]
    assert tasks_enough(2).tolist() == [0, 0, 1]


def test_a_class_that_is_everything() -> None:
    assert labels_needed(7, 1.0, 0.85) == 7


@pytest.mark.parametrize("prevalence", [0.0, -0.1, 1.1])
def test_a_prevalence_is_a_share(prevalence: float) -> None:
    with pytest.raises(ValueError, match="prevalence"):
        labels_needed(5, prevalence, 0.5)


def test_all_parts_together() -> None:
    assert all_enough([tasks_enough(1), np.array([0, 0.5, 0.8, 1])]).tolist() == [0, 0.5, 0.8, 1]
    assert all_enough([tasks_enough(3), np.array([0, 0.5, 1])]).tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("wanted", "shares"),
    [([30, 20, 10], [0.3, 0.2, 0.1]), ([50, 50], [0.5, 0.49]), ([20] * 8, [0.1] * 8), ([20] * 3, [0.02] * 3)],
)
def test_classes_together_by_simulation(wanted: list[int], shares: list[float]) -> None:
    # 20,000 lists of labels each; the standard error of a chance is at most 0.0036.
    found = all_enough([class_enough(*each) for each in zip(wanted, shares)])
    chance = np.random.default_rng(1)
    for level, most in ((0.5, 0.09), (0.85, 0.012), (0.95, 0.005)):
        labels = int(np.searchsorted(found, level))
        drawn = chance.multinomial(labels, [*shares, 1 - sum(shares)], size=20_000)[:, : len(wanted)]
        truth = float(np.mean((drawn >= wanted).all(axis=1)))
        assert -0.011 <= found[labels] - truth <= most + 0.011
