"""When labeling is done: golden/04_burnup.json (exact; 40,000 simulations agree), and what has no date."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from kpis.scoring.labeling.completion import Left, forecast, forecast_growing, kinds_of
from kpis.scoring.labeling.needs import labels_needed
from projects.progress.labeling.burnup import Day, days_of
from projects.progress.labeling.quotas import Quota
from tests.kpis.scoring.golden import golden

GOLDEN = golden("04_burnup")
FIRST = date.fromisoformat(GOLDEN["first_day"])


def history() -> list[Day]:
    """Return the four weeks before the first day that have the recorded outputs."""
    found = []
    for weekday, outputs in GOLDEN["history_by_weekday"].items():
        days = [FIRST - timedelta(weeks=4 - week) + timedelta(days=int(weekday)) for week in range(4)]
        found += [Day(day, output) for day, output in zip(days, outputs)]
    return sorted(found, key=lambda each: each.day)


def steady(per_day: int, weeks: int = 12) -> tuple[Day, ...]:
    days = [FIRST - timedelta(days=place) for place in range(7 * weeks, 0, -1)]
    return days_of({day: per_day for day in days if day.weekday() < 5}, days[0], days[-1])


def test_as_recorded() -> None:
    found = forecast(Left(GOLDEN["remaining"]), history(), FIRST)
    assert found.whole.p50 == date.fromisoformat(GOLDEN["p50"])
    assert found.whole.p85 == date.fromisoformat(GOLDEN["p85"])
    assert found.whole.at(0.95) == date.fromisoformat(GOLDEN["p95"])
    for day, chance in GOLDEN["cdf"]:
        assert found.whole.by(date.fromisoformat(day)) == pytest.approx(chance, abs=1e-12)
    assert [each.isoformat() for each in (found.whole.p50, found.whole.p85) if each] == GOLDEN["mc_40k"][:2]
    assert found.parts == (found.whole,)
    # By hand: 410, 415, 435, 390, 275, 0 and 20 from Monday to Sunday, in four weeks.
    assert (found.decided_by, found.per_week) == ("", 1945 / 4)


def test_weekdays_are_kept_apart() -> None:
    kinds = kinds_of(history())
    assert kinds == [GOLDEN["history_by_weekday"][str(weekday)] for weekday in range(7)]


def test_the_first_day_may_be_any() -> None:
    saturday = FIRST + timedelta(days=5)
    found = forecast(Left(10), steady(10), saturday)
    assert found.whole.p85 == FIRST + timedelta(days=7)
    assert forecast_growing(10, steady(10), saturday).p85 == FIRST + timedelta(days=7)


def test_a_rare_class_sets_the_date() -> None:
    left = Left(500, (Quota("fine", 100, 200), Quota("fraud", 30, 10)), {"fraud": 0.02, "fine": 0.98})
    found = forecast(left, steady(50), FIRST)
    assert [each.part for each in found.parts] == ["", "fraud"]
    assert found.decided_by == "fraud"
    # By hand: 500 tasks are ten working days, Monday to Friday of two weeks.
    assert found.parts[0].p85 == FIRST + timedelta(days=11)
    # P85 of 20 more at 2 % are 1,229 labels (golden/04_labeling.json): 25 working days of 50, five weeks.
    assert labels_needed(20, 0.02, 0.85) == 1229
    assert found.parts[1].p85 == found.whole.p85 == FIRST + timedelta(days=4 * 7 + 4)
    assert found.parts[1].within == pytest.approx(stats.binom.sf(19, 500, 0.02), abs=1e-12)
    assert found.whole.p50 == found.parts[1].p50


def test_together_they_end_no_earlier_than_the_last() -> None:
    quotas = (Quota("a", 60, 20), Quota("b", 60, 20), Quota("c", 60, 20))
    found = forecast(Left(100, quotas, {"a": 0.1, "b": 0.1, "c": 0.1}), steady(20), FIRST)
    assert found.whole.p85 is not None
    latest = max(each.p85 for each in found.parts if each.p85)
    assert found.whole.p85 >= latest
    assert found.whole.by(latest) < 0.85
    chances = [each.by(latest) for each in found.parts]
    assert max(0, sum(chances) - 3) <= found.whole.by(latest) <= min(chances)


def test_classes_by_simulation() -> None:
    # 20,000 courses: outputs drawn by weekday, classes drawn label by label.
    days, left = history(), Left(400, (Quota("fraud", 50, 20),), {"fraud": 0.05})
    found, kinds = forecast(left, days, FIRST), kinds_of(days)
    chance = np.random.default_rng(3)
    outputs = np.stack([chance.choice(kinds[day % 7], size=20_000) for day in range(21)])
    have = np.cumsum(chance.binomial(outputs, 0.05), axis=0)
    done = (have >= 30) & (np.cumsum(outputs, axis=0) >= 400)
    for day in (4, 7, 9, 14, 20):
        assert found.whole.by(FIRST + timedelta(days=day)) == pytest.approx(float(done[day].mean()), abs=0.015)


@pytest.mark.parametrize(
    ("left", "days", "words"),
    [
        (Left(10), (), "there is no history yet"),
        (Left(10), days_of({}, date(2026, 11, 1), date(2026, 11, 14)), "nothing was labeled lately"),
        (Left(10, (Quota("fraud", 5, 0),), {}), steady(5), "a class was not seen yet"),
        (Left(10**5), steady(1), "it is too far away"),
        (Left(10, (Quota("fraud", 10**4, 0),), {"fraud": 1e-6}), steady(1), "it is too far away"),
    ],
)
def test_no_credible_date(left: Left, days: tuple[Day, ...], words: str) -> None:
    found = forecast(left, days, FIRST)
    assert found.whole.words == f"no credible date: {words}"
    assert (found.whole.p50, found.whole.p85, found.whole.by(date(2099, 1, 1)), found.decided_by) == (
        None,
        None,
        0.0,
        None,
    )


def test_what_is_done_was_done_before_the_first_day() -> None:
    found = forecast(Left(0, (Quota("a", 5, 9),)), (), FIRST)
    assert (found.whole.p85, found.whole.finish.already, found.decided_by) == (FIRST - timedelta(days=1), True, None)
    assert found.whole.by(FIRST - timedelta(days=1)) == 1


def test_one_part_may_be_done() -> None:
    found = forecast(Left(0, (Quota("a", 5, 4),), {"a": 0.5}), steady(5), FIRST)
    assert (found.parts[0].finish.already, found.decided_by) == (True, "a")
    assert found.whole.p85 == found.parts[1].p85
    assert found.parts[1].within == 0


def test_a_growing_scope() -> None:
    days = steady(10)
    growing = [Day(each.day, each.output, 2 if each.output else 0) for each in days]
    plain, more = forecast(Left(80), days, FIRST).whole, forecast_growing(80, growing, FIRST)
    # By hand: 8 working days at 10, and 10 at 10 − 2.
    assert plain.p85 == FIRST + timedelta(days=9)
    assert more.p85 == FIRST + timedelta(days=11)
    assert forecast_growing(80, days, FIRST).p85 == plain.p85
    outrun = forecast_growing(80, [Day(each.day, each.output, 20) for each in days], FIRST)
    assert (outrun.p85, outrun.words) == (None, "no credible date: it is too far away")
    assert forecast_growing(80, (), FIRST).reason == "no_history"
    assert forecast_growing(80, days_of({}, FIRST, FIRST), FIRST).reason == "no_output"
    assert forecast_growing(0, (), FIRST).finish.already
