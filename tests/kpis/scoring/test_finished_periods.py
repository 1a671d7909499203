"""Periods that are over, by named zones, weeks from any day and fiscal years from any month."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from kpis.scoring.calendar.units import PLAIN, SUNDAY, Rules, Unit
from kpis.scoring.finished_periods import finished_periods

APRIL, SUNDAYS = Rules(fiscal_month=4), Rules(first_weekday=SUNDAY)
CASES: tuple[tuple[Unit, str, date, str, Rules, list[str]], ...] = (
    ("week", "Europe/Berlin", date(2026, 3, 25), "2026-04-07", PLAIN, ["2026-03-23", "2026-03-30"]),
    ("week", "Europe/Berlin", date(2026, 3, 25), "2026-04-07", SUNDAYS, ["2026-03-22", "2026-03-29"]),
    ("week", "America/New_York", date(2026, 3, 1), "2026-03-15", SUNDAYS, ["2026-03-01", "2026-03-08"]),
    ("month", "Asia/Tokyo", date(2026, 11, 9), "2027-01-31", PLAIN, ["2026-11-01", "2026-12-01"]),
    ("quarter", "Europe/London", date(2026, 8, 9), "2027-01-01", PLAIN, ["2026-07-01", "2026-10-01"]),
    ("year", "UTC", date(2024, 8, 9), "2026-01-01", PLAIN, ["2024-01-01", "2025-01-01"]),
    ("fiscal_year", "Asia/Kolkata", date(2025, 3, 31), "2026-04-01", APRIL, ["2024-04-01", "2025-04-01"]),
    ("fiscal_year", "Europe/London", date(2025, 4, 1), "2026-03-31", APRIL, []),
    ("day", "Europe/Berlin", date(2026, 3, 29), "2026-03-29", PLAIN, []),
    ("day", "Pacific/Apia", date(2011, 12, 29), "2012-01-01", PLAIN, ["2011-12-29", "2011-12-31"]),
)


@pytest.mark.parametrize("case", CASES)
def test_only_periods_that_are_over_are_told(case: tuple[Unit, str, date, str, Rules, list[str]]) -> None:
    unit, zone, since, now, rules, starts = case
    there = ZoneInfo(zone)
    found = list(finished_periods(unit, zone, since, datetime.fromisoformat(now).replace(tzinfo=there), rules))
    assert [start.astimezone(there).date().isoformat() for start, _ in found] == starts
    assert all(before[1] == after[0] for before, after in pairwise(found))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 3, 8), 23),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),
        ("Asia/Kolkata", date(2026, 3, 29), 24),
    ],
)
def test_a_day_is_as_long_as_it_is_there(zone: str, day: date, hours: float) -> None:
    now = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) + timedelta(days=2)
    start, end = next(finished_periods("day", zone, day, now))
    assert end - start == timedelta(hours=hours)
    assert start.tzinfo is UTC and end.astimezone(ZoneInfo(zone)).date() == day + timedelta(days=1)
