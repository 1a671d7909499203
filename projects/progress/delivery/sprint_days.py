"""Which days a sprint may have: a burn-up counts each of them, and calendars end."""

from __future__ import annotations

from datetime import date
from typing import Final

FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)
MOST_DAYS: Final = 3 * 366


def wrong_days(starts_on: date | None, ends_on: date | None) -> str:
    """Return what is wrong with the first and last day of a sprint, "" where nothing is; None is a day not told."""
    days = [each for each in (starts_on, ends_on) if each is not None]
    if not all(FIRST_DAY <= each <= LAST_DAY for each in days):
        return f"A sprint lies between {FIRST_DAY.year} and {LAST_DAY.year}."
    if starts_on is None or ends_on is None:
        return ""
    if ends_on < starts_on:
        return "A sprint ends on the day it starts or later."
    return "A sprint is at most three years long." if (ends_on - starts_on).days >= MOST_DAYS else ""
