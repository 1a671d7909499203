"""Silent segments: Poisson cases by hand and with scipy's distributions, the others by simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom, binom, dirichlet_multinomial, nbinom

from kpis.scoring.monitoring.dispersion import (
    MOST,
    Dispersions,
    _log_likelihoods,
    pooled_dispersion,
    segment_dispersions,
)
from kpis.scoring.monitoring.expected import expected
from kpis.scoring.monitoring.silence import Judged, judge
from kpis.scoring.monitoring.volumes import Standing, Stop, Volume, first_day, periods_read, volumes

LAST = date(2026, 3, 1)
"""A Sunday, the end of the ninth week."""
BEGIN = first_day(LAST, 1)


def daily(counts: Mapping[str, Callable[[int], float | None]]) -> list[Volume]:
    """Return nine weeks of days; a segment is absent where its count is None."""
    days = range(periods_read(1))
    pairs = [(name, n, count(n)) for name, count in counts.items() for n in days]
    return [Volume(name, BEGIN + timedelta(days=n), value) for name, n, value in pairs if value is not None]


def answers(rows: list[Volume], last: date = LAST, length: int = 1, **more: object) -> dict[str, Judged]:
    return {each.segment: each for each in judge(volumes(rows, last, length, **more))}  # type: ignore[arg-type]


def steady(number: float) -> Callable[[int], float | None]:
    return lambda n: number


def until(number: float, day: int) -> Callable[[int], float | None]:
    return lambda n: number if n < day else None


def test_without_dispersion_silence_has_the_exact_conditional_chance() -> None:
    # Given the sum T of nine Poisson periods, the last is binomial with T and 1/9 (Przyborowski and Wilenski 1940).
    found = expected(np.full((1, 8), 10.0), 0.0, 4)
    silent = float(found.chance_of_so_few(np.zeros(1))[0])
    assert silent == pytest.approx(binom.cdf(0, 80, 1 / 9), rel=1e-12) == pytest.approx((8 / 9) ** 80, rel=1e-12)
    # The same for any count: negative binomial with the sum of the baseline and 8/9.
    for count in (3, 9):
        exact = nbinom.cdf(count, 80, 8 / 9)
        assert float(found.chance_of_so_few(np.array([float(count)]))[0]) == pytest.approx(exact, rel=1e-12)


def test_seven_silent_days_are_needed_at_one_event_a_day() -> None:
    # exp(-7) = 0.00091 < 0.001 < exp(-6): with the mean known, and no dispersion.
    known = expected(np.ones((1, 10_000)), 0.0, 4)
    week = [float(known.chance_of_so_few(np.zeros(1))[0]) ** days for days in (6, 7)]
    assert week[1] < 0.001 < week[0]


def test_the_dispersion_of_a_negative_binomial_is_found() -> None:
    random = np.random.default_rng(3)
    means = np.exp(random.uniform(0, 5, (400, 1)))
    for phi in (0.05, 0.3, 1.0):
        counts = random.poisson(means * random.gamma(1 / phi, phi, (400, 8))).astype(float)
        assert pooled_dispersion(counts, 0.5) == pytest.approx(phi, rel=0.15)
        assert pooled_dispersion(counts) > pooled_dispersion(counts, 0.5)
    assert pooled_dispersion(random.poisson(means, (400, 8)).astype(float), 0.5) < 0.005


def test_the_chance_of_nothing_is_exact_with_dispersion() -> None:
    # Given their sum T, one of nine negative binomial counts of size r is beta-binomial with T, r and 8 r.
    for phi in (0.02, 0.3, 2.0):
        found = expected(np.full((1, 8), 10.0), phi, 4)
        exact = betabinom.pmf(0, 80, 1 / phi, 8 / phi)
        assert float(found.chance_of_so_few(np.zeros(1))[0]) == pytest.approx(exact, rel=1e-9)
        assert exact < float(found.chance_of_so_few(np.ones(1))[0])


def test_what_counts_say_of_their_dispersion_is_exact() -> None:
    # Negative binomial counts of size r given their sum are Dirichlet-multinomial with r each; a constant is left out.
    counts, phi = np.array([3.0, 9, 4, 14]), np.array([0.05, 0.4])
    exact = [dirichlet_multinomial.logpmf(counts.astype(int), np.full(4, 1 / each), 30) for each in phi]
    found = _log_likelihoods(np.array([[[*counts, np.nan]]]), phi)[0]
    assert found[0] - found[1] == pytest.approx(exact[0] - exact[1], rel=1e-9)


def mean_dispersions(found: Dispersions) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray((found.weights * found.phi).sum(axis=1))


def test_segments_that_are_alike_share_one_dispersion() -> None:
    random = np.random.default_rng(11)
    counts = random.poisson(100 * random.gamma(10, 0.1, (60, 1, 8))).astype(float)
    found = segment_dispersions(counts, np.ones(60, dtype=bool))
    assert np.ptp(mean_dispersions(found)) < 0.1 and found.weights.sum(axis=1) == pytest.approx(1)
    assert segment_dispersions(np.full((3, 1, 8), 9.0), np.ones(3, dtype=bool)).phi.tolist() == [0]


def test_segments_that_differ_have_their_own() -> None:
    # Half have φ = 0.01 and half 0.5, at a mean of 200: eight counts tell them apart.
    random = np.random.default_rng(12)
    true = np.where(np.arange(80) < 40, 0.01, 0.5)[:, None, None]
    counts = random.poisson(200 * random.gamma(1 / true, true, (80, 1, 8))).astype(float)
    found = mean_dispersions(segment_dispersions(counts, np.ones(80, dtype=bool)))
    assert np.median(found[:40]) < 0.03 and 0.3 < np.median(found[40:]) < 0.8


def test_nothing_to_go_by_is_no_dispersion() -> None:
    assert pooled_dispersion(np.zeros((2, 8))) == pooled_dispersion(np.full((2, 8), np.nan)) == 0
    assert pooled_dispersion(np.zeros((0, 8))) == pooled_dispersion(np.full((2, 1), 5.0)) == 0
    assert pooled_dispersion(np.array([[900.0, 0, 0, 0]])) == MOST


def test_a_silent_state_is_named_with_what_was_expected() -> None:
    found = answers(daily({"IL": until(40, 62), "OH": steady(40), "TX": steady(90)}))
    state = found["IL"]
    assert (state.state, state.window, state.observed, state.mean) == ("silent", 1, 0, 40)
    assert state.low is not None and state.high is not None and 20 < state.low < 40 < state.high < 60
    assert found["OH"].state == found["TX"].state == "fine"


def test_a_small_segment_is_watched_by_the_week() -> None:
    found = answers(daily({"WY": until(4, 56), "OH": steady(40), "NONE": steady(0.0)}))
    assert (found["WY"].state, found["WY"].window, found["WY"].mean) == ("silent", 7, 28)
    assert found["OH"].window == 1
    assert found["NONE"].state == "small"


def test_who_is_too_small_is_listed_even_when_silent() -> None:
    found = answers(daily({"GU": lambda n: float(n % 7 == 0 and n < 56), "OH": steady(40)}))
    assert (found["GU"].state, found["GU"].q, found["GU"].mean) == ("small", None, 1)


def test_each_weekday_is_held_against_its_own() -> None:
    # Sundays bring 2, other days 50: a Sunday of 2 is as ever, and the judged day is one.
    found = answers(daily({"IL": lambda n: 2 if n % 7 == 6 else 50, "OH": lambda n: 40}))
    assert found["IL"].state == "fine" and found["IL"].window == 7


def test_a_new_segment_waits_for_four_periods() -> None:
    found = answers(daily({"NEW": lambda n: 40 if 40 <= n < 62 else None, "OH": steady(40)}))
    assert (found["NEW"].state, found["NEW"].mean) == ("new", None)


def test_a_planned_stop_leaves_baseline_and_judging() -> None:
    rows = daily({"IL": lambda n: None if n in (62, 55) else 40, "OH": steady(40)})
    stops = [Stop(LAST, LAST, "IL"), Stop(LAST - timedelta(days=7), LAST - timedelta(days=7))]
    assert answers(rows)["IL"].state == "silent"
    found = answers(rows, stops=stops)
    assert (found["IL"].state, found["IL"].observed) == ("unjudged", None)
    only = answers(rows, stops=stops[1:])["IL"]
    assert (only.mean, only.state) == (40, "silent")
    assert answers(rows, stops=[Stop(LAST, LAST, "elsewhere")])["IL"].state == "silent"


def test_silence_lasts_until_the_segment_is_back() -> None:
    rows = daily({"IL": until(40, 3), "OH": steady(40)})
    standing = {"IL": Standing(40, 45, 1)}
    found = answers(rows, standing=standing)["IL"]
    assert (found.state, found.mean) == ("silent", 40)
    back = [*rows, Volume("IL", LAST, 35)]
    assert answers(back, standing=standing)["IL"].state == "fine"


def test_no_arrival_judges_nobody() -> None:
    assert answers(daily({"IL": until(40, 62), "OH": until(40, 62)})) == {}
    assert answers([]) == {}


def test_weeks_are_held_against_eight_weeks() -> None:
    monday = date(2026, 3, 2)
    rows = [Volume(name, monday - timedelta(days=7 * n), 60) for n in range(9) for name in ("IL", "OH")]
    found = answers([row for row in rows if (row.segment, row.day) != ("IL", monday)], monday, 7)
    assert (found["IL"].state, found["IL"].window, found["IL"].mean) == ("silent", 7, 60)


@given(st.lists(st.integers(0, 60), min_size=9, max_size=9), st.integers(0, 60))
def test_fewer_events_are_never_less_remarkable(counts: list[int], other: int) -> None:
    past, fewer, more = np.array([counts[:8]], float), *sorted((counts[8], other))
    found = expected(past, 0.1, 4)
    low, high = (float(found.chance_of_so_few(np.array([float(each)]))[0]) for each in (fewer, more))
    assert 0 <= low <= high <= 1
    assert found.low[0] <= found.mean[0] <= found.high[0] or found.mean[0] < 1


@given(st.integers(0, 2**32 - 1))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = daily({name: lambda n: float(random.poisson(20)) for name in ("a", "b", "c")})
    mixed = [rows[place] for place in random.permutation(len(rows))]
    assert answers(rows) == answers(mixed)
