"""Which earlier period a KPI's value is compared with. Pure."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Final, Literal, get_args

from kpis.scoring.calendar.units import PLAIN, Rules, Unit, first_day, moved

Since = Literal["before", "week", "month", "quarter", "year", "baseline"]
ALL: Final[tuple[Since, ...]] = get_args(Since)
# Of a KPI with such a period these say another thing than the period before; a year is a whole number of weeks there.
OFFERED: Final[dict[str, tuple[Since, ...]]] = {
    "day": ("before", "week", "month", "quarter", "year", "baseline"),
    "week": ("before", "month", "quarter", "year", "baseline"),
    "month": ("before", "quarter", "year", "baseline"),
    "quarter": ("before", "year", "baseline"),
}
STEPS: Final[dict[str, int]] = {"month": 1, "quarter": 3, "year": 12}


def period_back(start: date, unit: Unit, since: Since, rules: Rules = PLAIN) -> date:
    """Return the first day of the period that one is compared with, by its own first day.

    The week before is seven days earlier, the same period last year of weeks 52 weeks; a month, quarter or year earlier
    is the same day of the calendar, or the last of a shorter month. Raises ValueError for the baseline, which is none.
    """
    if since == "before":
        return moved(start, unit, -1)
    if since == "week":
        return start - timedelta(days=7)
    if since == "year" and unit == "week":
        return start - timedelta(weeks=52)
    if since in STEPS:
        return first_day(_months_back(start, STEPS[since]), unit, rules)
    raise ValueError(f"{since} is no period.")


def _months_back(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
