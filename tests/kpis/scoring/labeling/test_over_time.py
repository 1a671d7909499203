"""Agreement by week or month: too few tasks and no variation are said as such."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kpis.scoring.labeling.over_time import ENOUGH, MOST_PERIODS, TOO_FEW, agreement_over_time
from projects.progress.labeling.patterns import Patterns, pattern_of, patterns_of

MONDAY = date(2026, 1, 5)


def tasks(*labels: str) -> Patterns:
    return patterns_of(map(pattern_of, labels))


def test_by_week() -> None:
    # 0.7: the example of docs/labeling-statistics.md.
    good = tasks(*["aa"] * 90, *["bb"] * 80, *["ab"] * 30)
    same, few = tasks(*["aa"] * ENOUGH), tasks(*["ab"] * (ENOUGH - 1), *["a"] * 50)
    weeks = {MONDAY + timedelta(weeks=2): few, MONDAY: good, MONDAY + timedelta(weeks=1): same}
    first, second, third = agreement_over_time(weeks)
    assert (first.name, first.tasks) == ("2026-01-05", 200) and first.value == pytest.approx(0.7, abs=5e-5)
    assert first.bounds is not None and first.bounds.low < 0.7 < first.bounds.high and first.words == ""
    assert (second.value, second.words, second.bounds) == (None, "undefined (no variation)", None)
    assert (third.tasks, third.value, third.words) == (ENOUGH - 1, None, TOO_FEW)


def test_by_month_when_the_history_is_long() -> None:
    weeks = {MONDAY + timedelta(weeks=n): tasks("aa", "bb", "ab", "aa", "bb") for n in range(140)}
    found = agreement_over_time(weeks)
    assert len(found) == MOST_PERIODS and found[-1].name == "2028-09"
    # The last month has one week.
    assert {each.tasks for each in found[:-1]} == {20, 25} and found[-1].words == TOO_FEW
    assert all(each.is_month for each in found)
    assert found[0].first < found[1].first and found[0].value is not None


def test_nothing() -> None:
    assert agreement_over_time({}) == []
