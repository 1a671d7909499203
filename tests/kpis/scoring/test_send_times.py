"""When subscriptions are due: hours by the clock of a zone, worked out by hand from its published changes."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from kpis.scoring.send_times import SendTimes, wait_after

DAILY = frozenset(range(7))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "hour", "days", "after", "expected"),
    [
        # Berlin: winter is UTC+1, summer UTC+2. The clocks go on 2026-03-29 and back on 2026-10-25, both at 01:00 UTC.
        ("Europe/Berlin", 8, DAILY, "2026-03-28T07:00", "2026-03-29T06:00"),
        ("Europe/Berlin", 8, DAILY, "2026-10-24T06:00", "2026-10-25T07:00"),
        # 02:00 does not exist on that day: 03:00 by the new clock is 01:00 UTC.
        # It comes twice in autumn, first at 00:00 UTC.
        ("Europe/Berlin", 2, DAILY, "2026-03-28T12:00", "2026-03-29T01:00"),
        ("Europe/Berlin", 2, DAILY, "2026-10-24T12:00", "2026-10-25T00:00"),
        ("Europe/Berlin", 2, DAILY, "2026-10-25T00:00", "2026-10-26T01:00"),
        # Kathmandu is UTC+5:45; Kiritimati is UTC+14, so its Monday begins on Sunday in UTC.
        ("Asia/Kathmandu", 9, DAILY, "2026-11-27T03:15", "2026-11-28T03:15"),
        ("Pacific/Kiritimati", 1, frozenset({0}), "2026-11-28T00:00", "2026-11-29T11:00"),
        # Only a weekday, and only Mondays, from a Friday (2026-11-27) and from the very moment.
        ("UTC", 8, frozenset(range(5)), "2026-11-27T08:00", "2026-11-30T08:00"),
        ("UTC", 8, frozenset({0}), "2026-11-30T08:00", "2026-12-07T08:00"),
        ("UTC", 8, frozenset({0}), "2026-11-30T07:59", "2026-11-30T08:00"),
    ],
)
def test_the_next_hour(zone: str, hour: int, days: frozenset[int], after: str, expected: str) -> None:
    times = SendTimes(days, hour, zone)
    assert times.next(utc(after)) == utc(expected)
    assert times.last(utc(expected)) == utc(expected)


def test_each_day_of_a_year_has_one_moment() -> None:
    for hour in (0, 2, 3, 23):
        times, at, found = SendTimes(DAILY, hour, "America/New_York"), utc("2026-01-01T12:00"), []
        while at < utc("2027-01-01T12:00"):
            at = times.next(at)
            found.append(at)
        # From 2 January 2026 to 2 January 2027, both included.
        assert len(set(found)) == len(found) == 366
        assert {(b - a).total_seconds() / 3600 for a, b in pairwise(found)} == {23, 24, 25}


def test_the_last_one_is_not_later() -> None:
    mondays = SendTimes(frozenset({0}), 8, "UTC")
    assert mondays.last(utc("2026-12-07T07:59")) == utc("2026-11-30T08:00")


@pytest.mark.parametrize(
    ("attempts", "asked", "expected"),
    [(1, None, 60), (2, None, 300), (4, None, 7200), (5, None, None), (1, 3600.0, 3600), (2, 5.0, 300)],
)
def test_pauses_grow_and_end(attempts: int, asked: float | None, expected: float | None) -> None:
    assert wait_after(attempts, asked) == expected
