"""When something is sent that is sent at an hour of some weekdays in a zone, on days of 23 and 25 hours too. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

DAYS_SEARCHED: Final = 9
BACK_OFF: Final = (60, 300, 1800, 7200)
"""Seconds to wait after the first try, the second, and so on; after the last nothing is tried any more."""


@dataclass(frozen=True, slots=True)
class SendTimes:
    """`weekdays` are 0 (Monday) to 6, at least one; `hour` is 0 to 23 by the clock of an IANA zone."""

    weekdays: frozenset[int]
    hour: int
    zone: str

    def on(self, day: date) -> datetime:
        """Return the moment on a day, in UTC.

        An hour that the clocks jump over comes an hour later by the clock; one that comes twice counts the first time.
        """
        return datetime.combine(day, time(self.hour), ZoneInfo(self.zone)).astimezone(UTC)

    def next(self, after: datetime) -> datetime:
        """Return the first moment later than an aware one."""
        return next(at for at in self._around(after, range(-1, DAYS_SEARCHED)) if at > after)

    def last(self, until: datetime) -> datetime:
        """Return the last moment not later than an aware one."""
        return next(at for at in self._around(until, range(1, -DAYS_SEARCHED, -1)) if at <= until)

    def _around(self, moment: datetime, steps: Sequence[int]) -> list[datetime]:
        today = moment.astimezone(ZoneInfo(self.zone)).date()
        days = [today + timedelta(days=step) for step in steps]
        return [self.on(day) for day in days if day.weekday() in self.weekdays]


def wait_after(attempts: int, asked: float | None = None) -> float | None:
    """Return the seconds until the next try after so many, at least what the other side `asked` for; None after all."""
    if attempts > len(BACK_OFF):
        return None
    return max(float(BACK_OFF[attempts - 1]), asked or 0.0)
