"""The latest of several parts against golden/10_readiness.json: products, bounds, and Clark's moments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kpis.scoring.convolution import Finish, finish
from kpis.scoring.forecast.distribution import all_done, at_best, at_worst, by_day
from tests.kpis.scoring.golden import golden

GOLDEN = golden("10_readiness")
EXAMPLE = GOLDEN["example"]
STEP = 0.002
DONE = Finish(already=True)
CHANCES = st.lists(st.floats(0, 1), min_size=1, max_size=8).map(lambda each: Finish(tuple(sorted(each))))


def normal(mean: float, sd: float, low: float, high: float) -> Finish:
    """Return a normal distribution on a grid of small steps from low to high."""
    grid = np.arange(low, high, STEP)
    return Finish(tuple(stats.norm.cdf(grid, mean, sd).tolist()))


def moments(found: Finish, low: float) -> tuple[float, float]:
    """Return mean and standard deviation, taking each step's chance in its middle."""
    shares = np.diff([0.0, *found.done])
    middles = low + STEP * (np.arange(len(shares)) - 0.5)
    mean = float(shares @ middles)
    return mean, float(np.sqrt(shares @ (middles - mean) ** 2))


def gates() -> list[Finish]:
    """Return the three gates of the example, by week."""
    tasks, labels = EXAMPLE["gate_tasks"], EXAMPLE["gate_labels"]
    return [
        finish(tasks["backlog"], [tasks["history"]]),
        finish(labels["remaining"], [labels["history"]]),
        Finish(tuple(EXAMPLE["gate_metric"]["cdf_by_week"])),
    ]


@pytest.mark.parametrize("k", list(GOLDEN["expected_max_standard_normal"]))
def test_expected_maximum_as_published(k: str) -> None:
    # Order statistics of the normal, Harter 1961.
    one = normal(0, 1, -6, 6)
    mean, _ = moments(all_done([one] * int(k)), -6)
    assert mean == pytest.approx(GOLDEN["expected_max_standard_normal"][k], abs=1e-4)


@pytest.mark.parametrize("case", GOLDEN["joint_probability"], ids=lambda case: f"{case['k']} at {case['p']}")
def test_joint_chance_as_recorded(case: dict[str, float]) -> None:
    parts = [Finish((0.0, case["p"], 1.0))] * int(case["k"])
    assert all_done(parts).after(2) == pytest.approx(case["joint"], abs=1e-12)


@pytest.mark.parametrize("case", GOLDEN["clark1961"]["cases"], ids=lambda case: f"rho {case['rho']}")
def test_the_greatest_of_two_as_clark_1961(case: Any) -> None:
    low = min(case["m1"] - 7 * case["s1"], case["m2"] - 7 * case["s2"])
    high = max(case["m1"] + 7 * case["s1"], case["m2"] + 7 * case["s2"])
    pair = [normal(case[f"m{n}"], case[f"s{n}"], low, high) for n in (1, 2)]
    mean, sd = moments(all_done(pair), low)
    known, simulated = case["clark"], case["mc"]
    if not case["rho"]:
        assert (mean, sd) == pytest.approx(tuple(known), abs=2e-3)
        assert (mean, sd) == pytest.approx(tuple(simulated), abs=6e-3)
    # Whatever the correlation, the mean lies within the bounds for any dependence.
    early, late = moments(at_best(pair), low)[0], moments(at_worst(pair), low)[0]
    for truth in (known[0], simulated[0]):
        assert early - 2e-3 <= truth <= late + 2e-3


def test_three_gates_as_recorded() -> None:
    for gate, name in zip(gates(), ("gate_tasks", "gate_labels", "gate_metric")):
        assert [gate.quantile(0.5), gate.quantile(0.85)] == [EXAMPLE[name]["p50"], EXAMPLE[name]["p85"]]
    found = all_done(gates())
    known = EXAMPLE["joint_cdf"]
    assert [found.after(week) for week in range(1, 22)] == pytest.approx(known[:21], abs=1e-12)
    # From week 22 on the file takes the tasks as certain, which they are but for 1.5e-10: it has the labels alone.
    labels = gates()[1]
    assert [labels.after(week) for week in range(22, 25)] == pytest.approx(known[21:], abs=1e-12)
    assert [found.after(week) for week in range(22, 25)] == pytest.approx(known[21:], abs=1.6e-10)
    assert [found.quantile(0.5), found.quantile(0.85)] == [EXAMPLE["joint_p50"], EXAMPLE["joint_p85"]]
    latest = max(EXAMPLE[name]["p50"] for name in ("gate_tasks", "gate_labels", "gate_metric"))
    assert found.after(latest) == pytest.approx(EXAMPLE["prob_ready_by_latest_single_P50"], abs=1e-12)


@given(st.lists(CHANCES, min_size=1, max_size=4))
def test_bounds_hold_the_product(parts: list[Finish]) -> None:
    worst, found, best = at_worst(parts), all_done(parts), at_best(parts)
    for day in range(10):
        chances = [each.after(day) for each in parts]
        assert found.after(day) == pytest.approx(np.prod(chances), abs=1e-12)
        assert best.after(day) == pytest.approx(min(chances))
        assert worst.after(day) == pytest.approx(max(0.0, sum(chances) - len(parts) + 1), abs=1e-12)
        assert worst.after(day) <= found.after(day) + 1e-12 <= best.after(day) + 2e-12


def test_what_is_done_already_changes_nothing() -> None:
    one = finish(3, [[1]])
    for together in (all_done, at_best, at_worst):
        assert together([one, DONE]) == together([one]) == one
        assert together([DONE]) == together([]) == DONE
    assert all_done([one, Finish()]) == Finish((0.0, 0.0, 0.0))


def test_a_week_counts_when_it_is_over() -> None:
    found = by_day(Finish((0.25, 1.0)))
    assert [found.after(day) for day in (0, 6, 7, 13, 14, 99)] == [0, 0, 0.25, 0.25, 1, 1]
    assert by_day(DONE) == DONE
    assert by_day(Finish()) == Finish()
