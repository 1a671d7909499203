"""How many more a week: by hand, and by forecasting again with so many more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kpis.scoring.labeling.completion import Left, forecast
from kpis.scoring.labeling.shortfall import Shortfall, rate_says, shortfalls
from projects.progress.labeling.burnup import days_of
from projects.progress.labeling.quotas import Quota
from tests.kpis.scoring.labeling.test_completion import FIRST, history, steady

FOUR_WEEKS = FIRST + timedelta(days=27)


def test_by_hand() -> None:
    # 60 a week for four weeks are 240 labels; 1,200 tasks lack 960, 240 a week.
    days = days_of(
        {day: 12 for day in (FIRST - timedelta(days=n) for n in range(1, 29)) if day.weekday() < 5},
        FIRST - timedelta(days=28),
        FIRST - timedelta(days=1),
    )
    (found,) = shortfalls(Left(1200), days, FIRST, FOUR_WEEKS)
    assert (found.part, found.chance, found.per_week, found.more_per_week) == ("", 0.0, 60.0, 240)
    assert found.says == f"At this rate labeling is done after {FOUR_WEEKS}: 240 more a week are needed."
    assert shortfalls(Left(240), days, FIRST, FOUR_WEEKS) == ()
    (one,) = shortfalls(Left(241), days, FIRST, FOUR_WEEKS)
    assert one.says.endswith(": 1 more a week is needed.")


def test_a_class_needs_more_than_the_list() -> None:
    left = Left(500, (Quota("fraud", 30, 10), Quota("fine", 10, 10)), {"fraud": 0.02})
    (found,) = shortfalls(left, steady(50), FIRST, FOUR_WEEKS)
    # By hand: 1,229 labels with 85 % (golden/04_labeling.json), 1,000 come: 229 in four weeks.
    assert (found.part, found.more_per_week) == ("fraud", 58)
    assert (
        found.says == f"At this rate the quota of class fraud is reached after {FOUR_WEEKS}: 58 more a week are needed."
    )
    assert 0.4 < found.chance < 0.6


@pytest.mark.parametrize("remaining", [1900, 2500, 4000])
def test_so_many_more_are_enough_and_one_less_is_not(remaining: int) -> None:
    days = history()
    (found,) = shortfalls(Left(remaining), days, FIRST, FOUR_WEEKS)
    assert found.more_per_week is not None
    four = 4 * found.more_per_week
    assert forecast(Left(remaining - four), days, FIRST).whole.by(FOUR_WEEKS) >= 0.85
    assert forecast(Left(remaining - four + 4), days, FIRST).whole.by(FOUR_WEEKS) < 0.85
    assert found.chance == pytest.approx(forecast(Left(remaining), days, FIRST).whole.by(FOUR_WEEKS))


def test_a_weekend_brings_nothing() -> None:
    saturday, sunday = FIRST + timedelta(days=5), FIRST + timedelta(days=6)
    (found,) = shortfalls(Left(10), steady(10), saturday, sunday)
    # By hand: ten in two days are 35 in seven.
    assert (found.chance, found.more_per_week) == (0.0, 35)
    assert shortfalls(Left(10), steady(10), saturday, sunday + timedelta(days=1)) == ()


def test_another_chance_asks_for_less() -> None:
    (sure,) = shortfalls(Left(3000), history(), FIRST, FOUR_WEEKS)
    (even,) = shortfalls(Left(3000), history(), FIRST, FOUR_WEEKS, 0.5)
    assert sure.more_per_week is not None
    assert even.more_per_week is not None
    assert even.more_per_week < sure.more_per_week


def test_what_nobody_can_say() -> None:
    (over,) = shortfalls(Left(10), steady(5), FIRST, FIRST - timedelta(days=1))
    assert over.more_per_week is None
    assert over.says.endswith("and nobody can say how many more labels would do.")
    (unseen,) = shortfalls(Left(0, (Quota("fraud", 5, 0),)), steady(5), FIRST, FOUR_WEEKS)
    assert (unseen.part, unseen.chance, unseen.more_per_week) == ("fraud", 0.0, None)


def test_without_history_all_of_it_is_missing() -> None:
    (found,) = shortfalls(Left(280), (), FIRST, FOUR_WEEKS)
    assert found == Shortfall("", FOUR_WEEKS, 0.0, None, 70)


def test_the_rate_in_words() -> None:
    found = forecast(Left(1500), history(), FIRST)
    assert rate_says(found).startswith("Done by 2026-12-14 with a chance of 50 %, by 2026-12-15 with 85 % at ")
    assert rate_says(forecast(Left(0), (), FIRST)) == "All is labeled."
    assert rate_says(forecast(Left(5), (), FIRST)) == "There is no credible date: there is no history yet."
    rare = forecast(Left(50, (Quota("fraud", 30, 10),), {"fraud": 0.02}), steady(50), FIRST)
    assert rate_says(rare).endswith("at 250 labels a week, decided by class fraud.")
    assert rate_says(replace(rare, per_week=None)).count("week") == 0
    assert date.fromisoformat(rate_says(found)[8:18]) == found.whole.p50
