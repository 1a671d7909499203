"""When a name has stopped, worked out by hand. 2 March 2026 is a Monday."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kpis.scoring.monitoring.arrivals import missed, stopped

MONDAY = date(2026, 3, 2)
DAILY = [MONDAY + timedelta(days=n) for n in range(28)]
WORKDAYS = [day for day in DAILY if day.weekday() < 5]
WEEKLY = [MONDAY + timedelta(days=7 * n) for n in range(6)]


@pytest.mark.parametrize(
    ("arrived", "today", "length", "expected"),
    [
        (DAILY, date(2026, 3, 30), 1, 0),  # Monday is not over
        (DAILY, date(2026, 3, 31), 1, 1),
        (DAILY, date(2026, 4, 1), 1, 2),
        (WORKDAYS, date(2026, 3, 30), 1, 0),  # a weekend
        (WORKDAYS, date(2026, 3, 31), 1, 1),
        (WORKDAYS, date(2026, 4, 1), 1, 2),
        (WEEKLY, date(2026, 4, 19), 7, 0),  # last 6 April, next due over on the 20th
        (WEEKLY, date(2026, 4, 20), 7, 1),
        (WEEKLY, date(2026, 4, 27), 7, 2),
        ([MONDAY], date(2026, 3, 4), 1, 1),  # of no weekday is anything known: due
        ([], date(2026, 3, 4), 1, 0),
    ],
)
def test_missed_periods(arrived: list[date], today: date, length: int, expected: int) -> None:
    assert missed(arrived, today, length) == expected
    assert stopped(arrived, today, length) == (expected == 2)
