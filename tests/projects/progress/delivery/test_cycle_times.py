"""Cycle times, ageing and effort by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.progress.delivery.cycle_times import (
    Ageing,
    ageing,
    cycle_days,
    cycle_times,
    cycle_times_by_type,
    percentile,
)
from projects.progress.delivery.effort import Effort, effort_by_type
from tests.projects.progress.delivery.tasks_of import at, done, task

NOW = at(100)


def test_percentiles_are_observed_times() -> None:
    found = cycle_times([done(f"A{n}", 0, 1, 1 + n) for n in range(1, 21)], NOW)
    # By hand: of 1 to 20 days, 10 are within 10, 17 within 17, 19 within 19.
    assert (found.n, found.p50, found.p85, found.p95) == (20, 10.0, 17.0, 19.0)
    assert (found.share_within(0.5), found.share_within(17), found.share_within(99)) == (0, 0.85, 1)


def test_nothing_finished() -> None:
    found = cycle_times([task("A", "doing", started=2)], NOW)
    assert (found.n, found.p50, found.share_within(3)) == (0, None, None)


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=30), st.sampled_from([0.25, 0.5, 0.85, 0.95, 1.0]))
def test_percentile_equals_numpy(values: list[float], share: float) -> None:
    # numpy's method of the inverted distribution function; at exact steps both take the lower value.
    assert percentile(sorted(values), share) == pytest.approx(np.quantile(values, share - 1e-12, method="inverted_cdf"))


def test_types_apart() -> None:
    found = cycle_times_by_type([done("A", 0, 1, 3, type="data"), done("B", 0, 1, 9, type="training")], NOW)
    assert {name: each.days for name, each in found.items()} == {"data": (2.0,), "training": (8.0,)}


def test_the_oldest_comes_first_and_is_late() -> None:
    finished = [done(f"A{n}", 0, 1, 1 + n) for n in range(1, 21)]
    open_ones = [task("X", "doing", started=97, type="data"), task("Y", "doing", started=80), task("Z", "doing")]
    found = ageing([*finished, *open_ones, task("W", "todo")], NOW)
    assert found.tasks == (Ageing("Y", "", 20.0, 1.0), Ageing("X", "data", 3.0, 0.15))
    assert ([each.is_late for each in found.tasks], found.undated) == ([True, False], 1)


def test_an_age_without_finished_ones_has_no_share() -> None:
    (only,) = ageing([task("X", "doing", started=97)], NOW).tasks
    assert (only.share, only.is_late) == (None, False)
    assert math.isnan(cycle_days(task("X", "doing", started=97)))


def test_effort_by_type() -> None:
    tasks = [
        *[done(f"A{n}", 0, 0, days, type="data", estimate=2) for n, days in enumerate((2, 4, 6, 8))],
        done("B", 0, 0, 3, type="data"),
        done("C", 0, 0, 3, type="training", estimate=0),
        done("D", 0, 5, 3, type="deployment", estimate=1),
    ]
    # By hand: ratios 1, 2, 3 and 4; a quarter is within 1, half within 2, three quarters within 3.
    assert effort_by_type(tasks, NOW) == (
        Effort("data", 4, 1, 2.0, 1.0, 3.0),
        Effort("training", 0, 1, None, None, None),
    )
