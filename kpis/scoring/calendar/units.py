"""Where a period begins and ends, and what it is called. Pure.

A period is known by its first day in a zone. What is later or earlier is reckoned in days of the calendar, never in
hours: the bounds of a day are its two midnights there, 23, 24 or 25 hours apart, or none where the zone left it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

Unit = Literal["day", "week", "month", "quarter", "year", "fiscal_year"]
UNITS: Final[tuple[Unit, ...]] = get_args(Unit)
MONTHS: Final[dict[str, int]] = {"month": 1, "quarter": 3, "year": 12, "fiscal_year": 12}
DAYS: Final[dict[str, int]] = {"day": 1, "week": 7}
MONDAY, SUNDAY = 0, 6


@dataclass(frozen=True, slots=True)
class Rules:
    """How a workspace counts: the first day of its weeks (0 is Monday) and the first month of its fiscal year."""

    first_weekday: int = MONDAY
    fiscal_month: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.first_weekday <= 6 or not 1 <= self.fiscal_month <= 12:
            raise ValueError("A week begins on a day from 0 to 6, a fiscal year in a month from 1 to 12.")


PLAIN: Final = Rules()


def first_day(day: date, unit: Unit, rules: Rules = PLAIN) -> date:
    """Return the first day of the period that holds a day."""
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=(day.weekday() - rules.first_weekday) % 7)
    begins = rules.fiscal_month - 1 if unit == "fiscal_year" else 0
    months = day.year * 12 + day.month - 1 - begins
    return _month(months - months % MONTHS[unit] + begins)


def moved(start: date, unit: Unit, by: int) -> date:
    """Return the first day of the period so many later, or earlier with a negative number."""
    if unit in DAYS:
        return start + timedelta(days=DAYS[unit] * by)
    return _month(start.year * 12 + start.month - 1 + MONTHS[unit] * by)


def start_of(moment: datetime, unit: Unit, zone: str, rules: Rules = PLAIN) -> date:
    """Return the first day of the period that a moment falls into, in a named zone."""
    return first_day(moment.astimezone(ZoneInfo(zone)).date(), unit, rules)


def morning(day: date, zone: str) -> datetime:
    """Return the moment in UTC at which a day begins in a zone; where its midnight is left out, the first after it."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def bounds(start: date, unit: Unit, zone: str) -> tuple[datetime, datetime]:
    """Return the moments in UTC from which on and before which a period lasts."""
    return morning(start, zone), morning(moved(start, unit, 1), zone)


def name_of(start: date, unit: Unit, rules: Rules = PLAIN) -> str:
    """Return what a period is called by its first day: "November 2026", "Q4 2026", "2026", "FY 2026/27"."""
    if unit == "week":
        return f"week of {start.isoformat()}"
    if unit == "month":
        return f"{start:%B} {start.year}"
    if unit == "quarter":
        return f"Q{(start.month + 2) // 3} {start.year}"
    if unit == "year":
        return str(start.year)
    if unit == "fiscal_year":
        split = rules.fiscal_month > 1
        return f"FY {start.year}/{(start.year + 1) % 100:02}" if split else f"FY {start.year}"
    return start.isoformat()


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
