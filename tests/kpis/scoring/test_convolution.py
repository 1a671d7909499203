"""Forecasts against golden/05_forecast.json (exact, checked there by 100,000 simulations), and by definition."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.scoring.convolution import Finish, finish, finish_growing, finish_when, sums_after
from tests.kpis.scoring.golden import golden

GOLDEN = golden("05_forecast")
EXACT = GOLDEN["exact"]
# The file names a backlog of 60, but its numbers are those of 10, by hand: after two weeks 1/36 is the chance of 5 + 5
# alone, so more than 9 and at most 10 pieces; and 60 pieces at 2.5 a week would take 24 weeks, not the 4.5 it states.
PIECES = 10
HISTORY = st.lists(st.integers(0, 6), min_size=1, max_size=4)


def test_weeks_as_recorded() -> None:
    found = finish(PIECES, [EXACT["history"]])
    cdf = EXACT["cdf_by_week"]
    assert list(found.done[: len(cdf)]) == pytest.approx(cdf, abs=1e-14)
    assert [found.quantile(chance) for chance in (0.5, 0.85, 0.95)] == [EXACT["p50"], EXACT["p85"], EXACT["p95"]]
    mean = sum(1 - found.after(week) for week in range(len(found.done)))
    assert mean == pytest.approx(EXACT["mean_weeks"], abs=1e-9)
    assert np.diff((0, *found.done))[: len(EXACT["mc_100k"])] == pytest.approx(EXACT["mc_100k"], abs=0.006)
    assert finish(60, [EXACT["history"]]).quantile(0.5) == 24


@pytest.mark.parametrize("name", ["constant", "one_period", "all_but_one_zero"])
def test_edges_as_recorded(name: str) -> None:
    case = GOLDEN["edges"][name]
    found = finish(case["backlog"], [case["history"]])
    assert found.quantile(0.5) == case["p50"]
    assert found.quantile(0.85) == case.get("p85", case["p50"])
    assert list(found.done[: len(case.get("cdf", []))]) == case.get("cdf", [])


def test_no_output_is_no_forecast() -> None:
    case = GOLDEN["edges"]["zero_history"]
    for found in (finish(case["backlog"], [case["history"]]), finish(5, []), finish(5, [[], []])):
        assert (found, found.quantile(0.0001), found.after(1000)) == (Finish(), None, 0.0)
    assert finish_growing(5, [[(0, 0)]]) == Finish()


@pytest.mark.parametrize("pieces", [0, -3])
def test_nothing_left_is_done_now(pieces: int) -> None:
    history = GOLDEN["edges"]["empty_backlog"]["history"]
    for found in (finish(pieces, [history]), finish(pieces, []), finish_growing(pieces, [[(1, 0)]])):
        assert (found.already, found.quantile(0.85), found.after(0)) == (True, 0, 1.0)


@given(st.lists(HISTORY, min_size=1, max_size=3), st.integers(0, 2), st.integers(1, 12))
def test_by_counting_every_course(kinds: list[list[int]], first: int, pieces: int) -> None:
    found = finish(pieces, kinds, first)
    for periods in range(1, 4):
        mine = [kinds[(first + place) % len(kinds)] for place in range(periods)]
        sums = [sum(course) for course in product(*mine)]
        assert found.after(periods) == pytest.approx(np.mean([each >= pieces for each in sums]), abs=1e-12)
        dist = sums_after(periods, pieces, kinds, first)
        counts = [np.mean([min(each, pieces) == value for each in sums]) for value in range(pieces + 1)]
        assert dist.tolist() == pytest.approx(counts, abs=1e-12)


@given(HISTORY, st.integers(1, 40))
def test_a_distribution_that_never_falls(history: list[int], pieces: int) -> None:
    found = finish(pieces, [history])
    assert list(found.done) == sorted(found.done)
    if any(history):
        assert found.done[-1] == 1
        quantiles = [found.quantile(chance) or 0 for chance in (0.1, 0.5, 0.85, 0.99)]
        assert quantiles == sorted(quantiles)
        assert all(
            found.after(q) >= chance > found.after(q - 1) for q, chance in zip(quantiles, (0.1, 0.5, 0.85, 0.99))
        )


@given(HISTORY, st.integers(1, 30))
def test_what_is_enough_may_be_uncertain(history: list[int], pieces: int) -> None:
    # Three pieces more with a chance of one half: the mean of both forecasts.
    enough = np.concatenate([np.zeros(pieces), [0.5] * 3, [1.0]])
    found, less, more = finish_when(enough, [history]), finish(pieces, [history]), finish(pieces + 3, [history])
    for periods in range(1, 20):
        assert found.after(periods) == pytest.approx((less.after(periods) + more.after(periods)) / 2, abs=1e-11)


@given(HISTORY, st.integers(1, 30))
def test_a_scope_that_stands_still_is_the_plain_forecast(history: list[int], pieces: int) -> None:
    plain, growing = finish(pieces, [history]), finish_growing(pieces, [[(each, 0) for each in history]])
    for periods in range(1, 20):
        assert growing.after(periods) == pytest.approx(plain.after(periods), abs=1e-11)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-2, 3)), min_size=1, max_size=3), st.integers(2, 6))
def test_a_growing_scope_by_counting_every_course(days: list[tuple[int, int]], pieces: int) -> None:
    found = finish_growing(pieces, [days])
    if not any(output for output, _ in days):
        assert found == Finish()
        return
    done = []
    for course in product(days, repeat=4):
        waiting = pieces
        for output, added in course:
            waiting -= output - added
            if not 0 < waiting <= 4 * pieces:
                break
        done.append(waiting <= 0)
    assert found.after(4) == pytest.approx(np.mean(done), abs=1e-12)


def test_a_scope_that_outruns_the_output_has_no_end() -> None:
    found = finish_growing(100, [[(5, 9), (3, 4)]])
    assert (found.quantile(0.01), found.after(10**6)) == (None, 0.0)


def test_beyond_the_horizon_there_is_no_quantile() -> None:
    found = finish(100, [[1]], horizon=50)
    assert (found.quantile(0.5), len(found.done)) == (None, 50)
    assert finish(100, [[1]], horizon=100).quantile(0.85) == 100


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: finish(5, [[1, -1]]),
        lambda: finish(10**7, [[1]]),
        lambda: finish_growing(5, [[(-1, 0)]]),
        lambda: finish_growing(10**7, [[(1, 0)]]),
    ],
)
def test_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="forecast"):
        wrong()
