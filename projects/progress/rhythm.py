"""The rhythm of weekly words: when one is due, who is late, and from when on one is old. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

DAYS: Final[dict[str, int]] = {"weekly": 7, "fortnightly": 14}
GRACE: Final = timedelta(days=2)
UNASKED: Final = timedelta(days=28)
"""Where no word is asked for, one is old after four weeks all the same."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`every` is weekly, fortnightly or off: on a weekday (0 is Monday) at an hour (0 to 23) in an IANA zone.

    It counts from the moment `since` on.
    """

    every: str
    weekday: int
    hour: int
    zone: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A moment at which a word is due, and the day in its zone that names the period it ends."""

    period: date
    at: datetime


def last_due(rhythm: Rhythm, now: datetime) -> Due | None:
    """Return the newest moment up to `now` at which a word was due, None where there was none since the rhythm began.

    Fortnights are counted from the first one. An hour that the clocks jump over is due an hour later by the clock, one
    that comes twice when it comes first: a day has 23 or 25 hours and one moment that is due.
    """
    if rhythm.every == "off":
        return None
    step, first = timedelta(days=DAYS[rhythm.every]), _first(rhythm)
    local = now.astimezone(ZoneInfo(rhythm.zone)).date()
    if local < first:
        return None
    period = first + (local - first) // step * step
    if _moment(rhythm, period) > now:
        period -= step
    return Due(period, _moment(rhythm, period)) if period >= first else None


def answers(rhythm: Rhythm, due: Due, posted: datetime | None) -> bool:
    """Say whether a word stands for what is due: it was posted in the last half of the period, or later."""
    return posted is not None and posted >= due.at - timedelta(days=DAYS[rhythm.every]) / 2


def stale_at(every: str, posted: datetime) -> datetime:
    """Return when a word is old: a period and two days of grace after it was posted."""
    return posted + (timedelta(days=DAYS[every]) + GRACE if every in DAYS else UNASKED)


def _first(rhythm: Rhythm) -> date:
    begun = rhythm.since.astimezone(ZoneInfo(rhythm.zone)).date()
    first = begun + timedelta(days=(rhythm.weekday - begun.weekday()) % 7)
    return first if _moment(rhythm, first) >= rhythm.since else first + timedelta(days=7)


def _moment(rhythm: Rhythm, day: date) -> datetime:
    return datetime.combine(day, time(rhythm.hour), ZoneInfo(rhythm.zone)).astimezone(UTC)
