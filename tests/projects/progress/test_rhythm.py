"""When a word is due: worked out by hand with the tables of the zones (clocks of Berlin: 29 March, 25 October 2026)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from projects.progress.rhythm import Due, Rhythm, answers, last_due, stale_at

BEGUN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rhythm(every: str = "weekly", weekday: int = 6, hour: int = 2, zone: str = "Europe/Berlin") -> Rhythm:
    return Rhythm(every, weekday, hour, zone, BEGUN)


@pytest.mark.parametrize(
    ("asked", "now", "period", "due"),
    [
        # 2 o'clock in winter is 1 UTC; on 29 March there is none, and 3 o'clock in summer is 1 UTC too.
        (rhythm(), "2026-03-28T12:00", "2026-03-22", "2026-03-22T01:00"),
        (rhythm(), "2026-03-29T00:59", "2026-03-22", "2026-03-22T01:00"),
        (rhythm(), "2026-03-29T01:00", "2026-03-29", "2026-03-29T01:00"),
        (rhythm(), "2026-04-05T00:00", "2026-04-05", "2026-04-05T00:00"),
        # 2 o'clock comes twice on 25 October, first at 0 UTC.
        (rhythm(), "2026-10-25T00:00", "2026-10-25", "2026-10-25T00:00"),
        (rhythm(), "2026-10-25T01:30", "2026-10-25", "2026-10-25T00:00"),
        # Fortnights go from the first Sunday, 8 March.
        (rhythm("fortnightly"), "2026-03-21T12:00", "2026-03-08", "2026-03-08T01:00"),
        (rhythm("fortnightly"), "2026-03-22T01:00", "2026-03-22", "2026-03-22T01:00"),
        # It is Monday in Auckland when it is Sunday in UTC: 9 o'clock there in summer is 20 UTC the day before.
        (rhythm(weekday=0, hour=9, zone="Pacific/Auckland"), "2026-03-08T20:00", "2026-03-09", "2026-03-08T20:00"),
    ],
)
def test_when_the_last_one_was_due(asked: Rhythm, now: str, period: str, due: str) -> None:
    assert last_due(asked, at(now)) == Due(date.fromisoformat(period), at(due))


@pytest.mark.parametrize(
    ("asked", "now"),
    [
        (rhythm(), "2026-03-08T00:59"),
        (rhythm("off"), "2026-06-01T00:00"),
        # Set on a Monday at 8 UTC, 9 in Berlin: what was due at 8 o'clock there is past.
        (rhythm(weekday=0, hour=8), "2026-03-02T09:00"),
    ],
)
def test_nothing_was_due(asked: Rhythm, now: str) -> None:
    assert last_due(asked, at(now)) is None


def test_each_period_is_due_once_in_a_year_of_hours() -> None:
    asked = rhythm(weekday=4, hour=10)
    seen = [last_due(asked, BEGUN + timedelta(hours=hour)) for hour in range(24 * 365)]
    days = [each.period for each in seen if each is not None]
    assert days == sorted(days) and len(set(days)) == 52
    assert {day.weekday() for day in days} == {4}
    assert {after - before for before, after in zip(sorted(set(days)), sorted(set(days))[1:], strict=False)} == {
        timedelta(days=7)
    }


@pytest.mark.parametrize(
    ("posted", "stands"),
    [(None, False), ("2026-03-18T12:59", False), ("2026-03-18T13:00", True), ("2026-03-21T20:00", True)],
)
def test_a_word_of_the_last_half_stands(posted: str | None, stands: bool) -> None:
    due = Due(date(2026, 3, 22), at("2026-03-22T01:00"))
    assert answers(rhythm(), due, at(posted) if posted else None) is stands


@pytest.mark.parametrize(("every", "days"), [("weekly", 9), ("fortnightly", 16), ("off", 28)])
def test_a_word_grows_old(every: str, days: int) -> None:
    assert stale_at(every, BEGUN) == BEGUN + timedelta(days=days)
