"""Periods by named zones. Offsets and clock changes are those of the IANA database, worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from kpis.scoring.calendar.units import SUNDAY, UNITS, Rules, Unit, bounds, first_day, morning, moved, name_of, start_of

BERLIN, NEW_YORK, KATHMANDU = "Europe/Berlin", "America/New_York", "Asia/Kathmandu"
CASABLANCA, APIA = "Africa/Casablanca", "Pacific/Apia"
FROM_APRIL, FROM_SUNDAY = Rules(fiscal_month=4), Rules(first_weekday=SUNDAY)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Clocks go forward on 29 March and back on 25 October 2026 in Berlin, on 8 March and 1 November in New York; in
# Morocco back by an hour on 15 February and forward on 22 March, around Ramadan; Samoa left 30 December 2011 out.
@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (BERLIN, date(2026, 3, 29), 23),
        (BERLIN, date(2026, 10, 25), 25),
        (BERLIN, date(2026, 6, 1), 24),
        (NEW_YORK, date(2026, 3, 8), 23),
        (NEW_YORK, date(2026, 11, 1), 25),
        (KATHMANDU, date(2026, 3, 29), 24),
        (CASABLANCA, date(2026, 2, 15), 25),
        (CASABLANCA, date(2026, 3, 22), 23),
        (APIA, date(2011, 12, 29), 24),
        (APIA, date(2011, 12, 30), 0),
        (APIA, date(2011, 12, 31), 24),
    ],
)
def test_a_day_has_the_hours_that_its_zone_gives_it(zone: str, day: date, hours: int) -> None:
    begin, end = bounds(day, "day", zone)
    assert end - begin == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        (BERLIN, "2026-03-28T22:59:59", date(2026, 3, 28)),
        (BERLIN, "2026-03-28T23:00:00", date(2026, 3, 29)),
        (BERLIN, "2026-03-29T21:59:59", date(2026, 3, 29)),
        (BERLIN, "2026-03-29T22:00:00", date(2026, 3, 30)),
        (BERLIN, "2026-10-24T22:00:00", date(2026, 10, 25)),
        (BERLIN, "2026-10-25T22:59:59", date(2026, 10, 25)),
        (BERLIN, "2026-10-25T23:00:00", date(2026, 10, 26)),
        (NEW_YORK, "2026-03-08T04:59:59", date(2026, 3, 7)),
        (NEW_YORK, "2026-03-08T05:00:00", date(2026, 3, 8)),
        (NEW_YORK, "2026-03-09T03:59:59", date(2026, 3, 8)),
        (NEW_YORK, "2026-11-02T04:59:59", date(2026, 11, 1)),
        (KATHMANDU, "2026-01-01T18:14:59", date(2026, 1, 1)),
        (KATHMANDU, "2026-01-01T18:15:00", date(2026, 1, 2)),
        (CASABLANCA, "2026-02-14T22:59:59", date(2026, 2, 14)),
        (CASABLANCA, "2026-02-15T23:59:59", date(2026, 2, 15)),
        (CASABLANCA, "2026-02-16T00:00:00", date(2026, 2, 16)),
        (APIA, "2011-12-30T09:59:59", date(2011, 12, 29)),
        (APIA, "2011-12-30T10:00:00", date(2011, 12, 31)),
    ],
)
def test_a_moment_falls_into_its_day(zone: str, moment: str, day: date) -> None:
    assert start_of(utc(moment), "day", zone) == day


@pytest.mark.parametrize(
    ("unit", "rules", "day", "start", "name"),
    [
        ("day", Rules(), date(2026, 11, 28), date(2026, 11, 28), "2026-11-28"),
        ("week", Rules(), date(2026, 11, 29), date(2026, 11, 23), "week of 2026-11-23"),
        ("week", FROM_SUNDAY, date(2026, 11, 28), date(2026, 11, 22), "week of 2026-11-22"),
        ("week", FROM_SUNDAY, date(2026, 11, 29), date(2026, 11, 29), "week of 2026-11-29"),
        ("week", FROM_SUNDAY, date(2027, 1, 1), date(2026, 12, 27), "week of 2026-12-27"),
        ("month", Rules(), date(2028, 2, 29), date(2028, 2, 1), "February 2028"),
        ("quarter", Rules(), date(2026, 12, 31), date(2026, 10, 1), "Q4 2026"),
        ("year", FROM_APRIL, date(2026, 3, 31), date(2026, 1, 1), "2026"),
        ("fiscal_year", FROM_APRIL, date(2026, 3, 31), date(2025, 4, 1), "FY 2025/26"),
        ("fiscal_year", FROM_APRIL, date(2026, 4, 1), date(2026, 4, 1), "FY 2026/27"),
        ("fiscal_year", Rules(fiscal_month=12), date(2026, 11, 30), date(2025, 12, 1), "FY 2025/26"),
        ("fiscal_year", Rules(), date(2026, 11, 30), date(2026, 1, 1), "FY 2026"),
        ("fiscal_year", FROM_APRIL, date(2099, 4, 1), date(2099, 4, 1), "FY 2099/00"),
    ],
)
def test_a_day_falls_into_its_period(unit: Unit, rules: Rules, day: date, start: date, name: str) -> None:
    assert first_day(day, unit, rules) == start
    assert name_of(start, unit, rules) == name


def test_a_fiscal_year_begins_at_its_own_midnight() -> None:
    # Berlin is two hours ahead of UTC on 1 April.
    assert start_of(utc("2026-03-31T21:59:59"), "fiscal_year", BERLIN, FROM_APRIL) == date(2025, 4, 1)
    assert start_of(utc("2026-03-31T22:00:00"), "fiscal_year", BERLIN, FROM_APRIL) == date(2026, 4, 1)
    assert bounds(date(2026, 4, 1), "fiscal_year", BERLIN) == (utc("2026-03-31T22:00:00"), utc("2027-03-31T22:00:00"))


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, KATHMANDU, CASABLANCA, APIA])
def test_periods_meet_without_gap_or_overlap(unit: Unit, zone: str) -> None:
    rules = Rules(SUNDAY, 4)
    starts = [first_day(date(2011, 11, 28), unit, rules)]
    while len(starts) < 60:
        starts.append(moved(starts[-1], unit, 1))
    for before, after in pairwise(starts):
        assert bounds(before, unit, zone)[1] == bounds(after, unit, zone)[0]
        assert moved(after, unit, -1) == before
        assert first_day(after - timedelta(days=1), unit, rules) == before


def test_a_midnight_that_is_left_out_is_the_moment_after_it() -> None:
    # In Beirut the clock went from 24:00 on 25 March 2028 to 01:00: the day begins at 22:00 UTC.
    assert morning(date(2028, 3, 26), "Asia/Beirut") == utc("2028-03-25T22:00:00")


@pytest.mark.parametrize(("weekday", "month"), [(-1, 1), (7, 1), (0, 0), (0, 13)])
def test_rules_that_no_calendar_has_are_refused(weekday: int, month: int) -> None:
    with pytest.raises(ValueError, match="A week begins"):
        Rules(weekday, month)
