"""The years that are known here, and dates with a resolution: "Q1 2027" stays a quarter, over on its last day. Pure."""

from __future__ import annotations

import re
from calendar import month_abbr, month_name, monthrange
from datetime import UTC, date, datetime
from typing import Final, Literal

Resolution = Literal["day", "month", "quarter", "half", "year"]
MONTHS: Final = {name.lower(): place for names in (month_name, month_abbr) for place, name in enumerate(names) if name}
FIRST_YEAR, LAST_YEAR = 1970, 2199
EARLIEST, BEYOND = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
"""A moment that is known here is not before the first and before the second, wherever it is read."""
_FORMS: Final = (
    (re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"), "day"),
    (re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})"), "month"),
    (re.compile(r"(?P<word>[a-z]+)\.? (?P<year>\d{4})"), "month"),
    (re.compile(r"q(?P<part>[1-4])[ /-]?(?P<year>\d{4})|(?P<year2>\d{4})[ /-]?q(?P<part2>[1-4])"), "quarter"),
    (re.compile(r"h(?P<part>[12])[ /-]?(?P<year>\d{4})|(?P<year2>\d{4})[ /-]?h(?P<part2>[12])"), "half"),
    (re.compile(r"(?P<year>\d{4})"), "year"),
)


def parse_period(text: str) -> tuple[date, Resolution]:
    """Return the last day of a period and its resolution.

    Read are 2027-03-31, 2027-03, March 2027, Q1 2027, H1 2027 and 2027. Raises ValueError for anything else.
    """
    words = " ".join(text.lower().split())
    for form, resolution in _FORMS:
        found = form.fullmatch(words)
        if found:
            return _last_day(found.groupdict(), resolution)
    raise ValueError("Write a date such as 2027-03-31, March 2027, Q1 2027, H1 2027 or 2027.")


def parse_day(value: object) -> date | None:
    """Return a date (a date, or text such as 2027-03-31), or None where it is empty. Raises ValueError for others."""
    if value in (None, ""):
        return None
    try:
        found = value if type(value) is date else date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError("This must be a date such as 2027-03-31.") from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"This date lies outside {FIRST_YEAR} to {LAST_YEAR}.")
    return found


def _last_day(parts: dict[str, str | None], resolution: str) -> tuple[date, Resolution]:
    year = int(parts["year"] or parts.get("year2") or 0)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"The year lies between {FIRST_YEAR} and {LAST_YEAR}.")
    part = int(parts.get("part") or parts.get("part2") or 0)
    if resolution == "day":
        return _day(year, int(parts["month"] or 0), int(parts["day"] or 0)), "day"
    if resolution == "quarter":
        return _end_of_month(year, part * 3), "quarter"
    if resolution == "half":
        return _end_of_month(year, part * 6), "half"
    if resolution == "year":
        return date(year, 12, 31), "year"
    return _end_of_month(year, MONTHS.get(parts.get("word") or "", 0) or int(parts.get("month") or 0)), "month"


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueError(f"There is no {year}-{month:02}-{day:02}.") from error


def _end_of_month(year: int, month: int) -> date:
    if not 1 <= month <= 12:
        raise ValueError("There is no such month.")
    return date(year, month, monthrange(year, month)[1])


def period_words(day: date | None, resolution: str) -> str:
    """Return a date as it was meant: 2027-03-31, March 2027, Q1 2027, H1 2027 or 2027; an empty text for None."""
    if day is None:
        return ""
    if resolution == "month":
        return f"{month_name[day.month]} {day.year}"
    if resolution == "quarter":
        return f"Q{(day.month + 2) // 3} {day.year}"
    if resolution == "half":
        return f"H{(day.month + 5) // 6} {day.year}"
    return str(day.year) if resolution == "year" else day.isoformat()
