"""The day where a workspace is: what is today there, and when a day begins. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from mltrack.periods import BEYOND, EARLIEST, FIRST_YEAR, LAST_YEAR

ZONES: Final = frozenset(available_timezones() - {"localtime"})
"""The IANA names that are known here."""


def day_in(zone: str, moment: datetime) -> date:
    """Return the day of an aware moment by the calendar on the wall in an IANA zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def begin_of(zone: str, day: date) -> datetime:
    """Return the first moment of a day in an IANA zone, in UTC.

    Where the clocks jump over midnight it is the moment of the jump, where midnight comes twice it is the first one; so
    a day has 23 to 25 hours, and ends where the next one begins.
    """
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def at_zone(naive: datetime, zone: ZoneInfo) -> datetime | None:
    """Return a local time in UTC; None where clocks jump over it. Of two equal local times the first counts."""
    moment = naive.replace(tzinfo=zone, fold=0)
    back = moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    return moment.astimezone(UTC) if back == naive.replace(tzinfo=None) else None


def known_moment(found: datetime | None, told: date, zone: str) -> tuple[datetime | None, str]:
    """Return the moment that was found for a local time as it was told, or None and why it cannot be kept."""
    if found is None:
        return None, f"At {told} the clocks of {zone} jump: this time does not exist there."
    if not EARLIEST <= found < BEYOND:
        return None, f"This time lies outside {FIRST_YEAR} to {LAST_YEAR}."
    return found, ""
