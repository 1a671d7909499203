"""The day where a workspace is: around midnight, and when the clocks change. Offsets are those of IANA's tzdata."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mltrack.days import ZONES, at_zone, begin_of, day_in, known_moment

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("UTC", datetime(2026, 11, 28, 23, 59, 59, tzinfo=UTC), date(2026, 11, 28)),
        ("Europe/Berlin", datetime(2026, 11, 28, 22, 59, 59, tzinfo=UTC), date(2026, 11, 28)),
        ("Europe/Berlin", datetime(2026, 11, 28, 23, tzinfo=UTC), date(2026, 11, 29)),
        ("Europe/Berlin", datetime(2026, 7, 1, 22, tzinfo=UTC), date(2026, 7, 2)),
        ("America/Los_Angeles", datetime(2026, 11, 29, 7, 59, tzinfo=UTC), date(2026, 11, 28)),
        ("Pacific/Auckland", datetime(2026, 11, 28, 11, tzinfo=UTC), date(2026, 11, 29)),
        ("Asia/Kathmandu", datetime(2026, 11, 28, 18, 15, tzinfo=UTC), date(2026, 11, 29)),
        ("Pacific/Kiritimati", datetime(2026, 11, 28, 10, tzinfo=UTC), date(2026, 11, 29)),
    ],
)
def test_the_day_of_a_moment(zone: str, moment: datetime, day: date) -> None:
    assert day_in(zone, moment) == day


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        ("UTC", date(2026, 3, 29), datetime(2026, 3, 29, tzinfo=UTC), 24),
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
        ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
        ("America/New_York", date(2026, 3, 8), datetime(2026, 3, 8, 5, tzinfo=UTC), 23),
        ("America/New_York", date(2026, 11, 1), datetime(2026, 11, 1, 4, tzinfo=UTC), 25),
        # Lord Howe moves its clocks by half an hour.
        ("Australia/Lord_Howe", date(2026, 10, 4), datetime(2026, 10, 3, 13, 30, tzinfo=UTC), 23.5),
        # In Beirut and Santiago the clocks jump over midnight: the day begins at one o'clock.
        ("Asia/Beirut", date(2026, 3, 29), datetime(2026, 3, 28, 22, tzinfo=UTC), 23),
        ("America/Santiago", date(2026, 9, 6), datetime(2026, 9, 6, 4, tzinfo=UTC), 23),
        # In Havana they are set back at one o'clock: midnight comes twice, and the day begins with the first.
        ("America/Havana", date(2026, 11, 1), datetime(2026, 11, 1, 4, tzinfo=UTC), 25),
        # In Beirut they are set back at midnight: the hour before it comes twice.
        ("Asia/Beirut", date(2026, 10, 24), datetime(2026, 10, 23, 21, tzinfo=UTC), 25),
    ],
)
def test_a_day_lasts_until_the_next_one(zone: str, day: date, begins: datetime, hours: float) -> None:
    over = begin_of(zone, day + timedelta(days=1))
    assert begin_of(zone, day) == begins
    assert over - begins == timedelta(hours=hours)
    instant = timedelta(microseconds=1)
    assert (day_in(zone, begins), day_in(zone, begins - instant)) == (day, day - timedelta(days=1))
    assert (day_in(zone, over - instant), day_in(zone, over)) == (day, day + timedelta(days=1))


def test_every_zone_that_may_be_chosen_has_a_day() -> None:
    assert {"UTC", "Europe/Berlin", "America/New_York"} <= ZONES and "localtime" not in ZONES
    assert {day_in(zone, NOON) for zone in ZONES} == {date(2026, 11, 28), date(2026, 11, 29)}


def test_a_moment_is_kept_where_there_is_one_within_the_years() -> None:
    told = datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001
    gap = known_moment(at_zone(told, ZoneInfo("Europe/Berlin")), told, "Europe/Berlin")
    assert gap == (None, "At 2026-03-29 02:30:00 the clocks of Europe/Berlin jump: this time does not exist there.")
    for moment, words in (
        (NOON, ""),
        (datetime(1970, 1, 1, tzinfo=UTC), ""),
        (datetime(1969, 12, 31, 23, 59, tzinfo=UTC), "This time lies outside 1970 to 2199."),
        (datetime(2200, 1, 1, tzinfo=UTC), "This time lies outside 1970 to 2199."),
    ):
        assert known_moment(moment, moment, "UTC") == (None if words else moment, words)
