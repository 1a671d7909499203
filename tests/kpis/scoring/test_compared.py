"""Which period is compared with which; worked out from the calendar by hand."""

from __future__ import annotations

from datetime import date

import pytest

from kpis.scoring.calendar.units import SUNDAY, Rules, Unit
from kpis.scoring.compared import Since, period_back


@pytest.mark.parametrize(
    ("unit", "start", "since", "then"),
    [
        ("day", date(2026, 3, 31), "before", date(2026, 3, 30)),
        ("day", date(2026, 3, 31), "week", date(2026, 3, 24)),
        ("day", date(2026, 3, 31), "month", date(2026, 2, 28)),
        ("day", date(2026, 3, 31), "quarter", date(2025, 12, 31)),
        ("day", date(2028, 2, 29), "year", date(2027, 2, 28)),
        ("week", date(2026, 11, 23), "before", date(2026, 11, 16)),
        ("week", date(2026, 11, 23), "month", date(2026, 10, 19)),
        ("week", date(2026, 11, 23), "year", date(2025, 11, 24)),
        ("month", date(2026, 3, 1), "quarter", date(2025, 12, 1)),
        ("month", date(2026, 3, 1), "year", date(2025, 3, 1)),
        ("quarter", date(2026, 1, 1), "before", date(2025, 10, 1)),
        ("quarter", date(2026, 1, 1), "year", date(2025, 1, 1)),
    ],
)
def test_a_period_is_compared_with_its_like(unit: Unit, start: date, since: Since, then: date) -> None:
    assert period_back(start, unit, since) == then


def test_weeks_from_sunday_are_compared_with_weeks_from_sunday() -> None:
    assert period_back(date(2026, 11, 22), "week", "month", Rules(first_weekday=SUNDAY)) == date(2026, 10, 18)


def test_the_baseline_is_no_period() -> None:
    with pytest.raises(ValueError, match="no period"):
        period_back(date(2026, 1, 1), "week", "baseline")
