"""The forecast of tasks against golden/05_forecast.json, and in words where there is no date."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from kpis.scoring.delivery.task_forecast import forecast_tasks
from projects.progress.delivery.throughput import Throughput, Week
from tests.kpis.scoring.golden import golden

GOLDEN = golden("05_forecast")
TODAY = date(2026, 11, 30)
# See tests/kpis/scoring/test_convolution.py: the recorded numbers are those of ten pieces.
PIECES = 10


def weeks(*done: int, growth: int = 0) -> Throughput:
    first = TODAY - timedelta(weeks=len(done))
    added = [Week(first + timedelta(weeks=place), n, growth) for place, n in enumerate(done)]
    return Throughput(tuple(added))


def after(number: int) -> date:
    return TODAY + timedelta(weeks=number)


def test_as_recorded() -> None:
    case = GOLDEN["exact"]
    found = forecast_tasks(PIECES, weeks(*case["history"]), TODAY)
    assert (found.as_is.p50, found.as_is.p85, found.as_is.at(0.95)) == (
        after(case["p50"]),
        after(case["p85"]),
        after(case["p95"]),
    )
    for week, chance in enumerate(case["cdf_by_week"], 1):
        assert found.as_is.by(after(week)) == pytest.approx(chance, abs=1e-14)
        assert found.as_is.by(after(week) - timedelta(days=1)) == pytest.approx(found.as_is.weeks.after(week - 1))
    assert found.growing.weeks.done[:15] == pytest.approx(found.as_is.weeks.done[:15], abs=1e-12)


def test_simulation_agrees_within_its_own_error() -> None:
    case, draws = GOLDEN["exact"], 40_000
    history = np.array(case["history"])
    sums = np.random.default_rng(5).choice(history, (draws, 15)).cumsum(axis=1)
    found = forecast_tasks(PIECES, weeks(*case["history"]), TODAY)
    for week in range(1, 16):
        chance = found.as_is.weeks.after(week)
        error = 4 * np.sqrt(chance * (1 - chance) / draws) + 1 / draws
        assert np.mean(sums[:, week - 1] >= PIECES) == pytest.approx(chance, abs=error)
    # The recorded 100,000 simulations are shares per week.
    shares = np.diff([0.0, *found.as_is.weeks.done[:15]])
    errors = 4 * np.sqrt(shares * (1 - shares) / 100_000) + 1e-5
    assert np.all(np.abs(shares - case["mc_100k"]) <= errors)


@pytest.mark.parametrize("name", ["constant", "one_period", "all_but_one_zero"])
def test_edges_as_recorded(name: str) -> None:
    case = GOLDEN["edges"][name]
    found = forecast_tasks(case["backlog"], weeks(*case["history"]), TODAY)
    assert (found.as_is.p50, found.as_is.p85) == (after(case["p50"]), after(case.get("p85", case["p50"])))
    assert "shorter than 12" in found.notes[0]


def test_no_output_as_recorded() -> None:
    case = GOLDEN["edges"]["zero_history"]
    found = forecast_tasks(case["backlog"], weeks(*case["history"]), TODAY)
    assert (found.as_is.p50, found.as_is.p85, found.reason) == (None, None, "no_output")
    assert found.words == "no credible date: nothing was finished in the last 3 weeks"
    assert found.says == "There is no credible date: nothing was finished in the last 3 weeks."


def test_nothing_left_as_recorded() -> None:
    case = GOLDEN["edges"]["empty_backlog"]
    found = forecast_tasks(case["backlog"], weeks(*case["history"]), TODAY)
    assert (found.as_is.p50, found.as_is.p85, found.reason, found.notes) == (TODAY, TODAY, "", ())
    assert found.says == "All tasks are done."


@pytest.mark.parametrize(
    ("left", "history", "words"),
    [
        (5, weeks(), "there is no full week of history yet; finish tasks for a week, or import finished ones"),
        (5, weeks(0), "nothing was finished in the last week"),
        (5, weeks(*[0] * 12), "nothing was finished in the last 12 weeks"),
        (1000, weeks(1, 1, 0, 1), "at 0.75 tasks a week it is more than four years away"),
    ],
)
def test_why_there_is_no_date(left: int, history: Throughput, words: str) -> None:
    found = forecast_tasks(left, history, TODAY)
    assert found.words.startswith(f"no credible date: {words}")
    assert (found.as_is.p85, found.notes) == (None, ())


def test_a_growing_scope_ends_later() -> None:
    found = forecast_tasks(12, weeks(*[4] * 12, growth=2), TODAY)
    assert (found.as_is.p85, found.growing.p85) == (after(3), after(6))
    assert found.notes == (
        f"The scope grew by 2 a week: if it goes on so, it is done by {after(6)} with a chance of 50 %, "
        f"by {after(6)} with 85 %.",
    )
    assert (
        found.says
        == f"12 tasks done by {after(3)} with a chance of 50 %, by {after(3)} with 85 %, at 4 a week, from 12 weeks."
    )


def test_a_scope_that_outruns_the_output_is_told() -> None:
    found = forecast_tasks(12, weeks(*[4] * 12, growth=5), TODAY)
    assert (found.as_is.p85, found.growing.p85, found.reason) == (after(3), None, "")
    assert found.notes[0].endswith("there is no credible date: 5 tasks a week are added and 4 done.")


def test_the_window_looks_at_the_last_weeks() -> None:
    history = weeks(*[0] * 14, *[5] * 12)
    assert forecast_tasks(10, history, TODAY, 12).as_is.p85 == after(2)
    # By hand: two weeks of output are needed, each with p = 12/26: 1 − q⁶ − 6 p q⁵ = 0.8503, and 0.755 with five.
    assert forecast_tasks(10, history, TODAY).as_is.p85 == after(6)


def test_own_forecasts_are_tried_on_the_past() -> None:
    tried = forecast_tasks(5, weeks(*[3] * 26), TODAY).own_backtest
    assert tried is not None
    assert tried.p85 is not None
    assert (tried.window, tried.p85.coverage, tried.p85.n) == (12, 1.0, 11)
    assert forecast_tasks(5, weeks(3), TODAY).own_backtest is None
