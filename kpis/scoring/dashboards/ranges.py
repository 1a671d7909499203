"""The time that a dashboard is about: a named period of the workspace's calendar. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from kpis.scoring.calendar.units import Rules, Unit, first_day, moved, name_of

# Of each name: the unit of the calendar, and how many of it lie between it and the present one.
_NAMED: Final[dict[str, tuple[Unit, int]]] = {
    "month": ("month", 0),
    "quarter": ("quarter", 0),
    "year": ("year", 0),
    "fiscal-year": ("fiscal_year", 0),
    "next-quarter": ("quarter", 1),
    "last-month": ("month", -1),
    "last-quarter": ("quarter", -1),
    "last-year": ("year", -1),
}
NAMES: Final = tuple(_NAMED)
USUAL: Final = "quarter"


@dataclass(frozen=True, slots=True)
class Range:
    """The days from `first` to `last`; `words` is what the period is called. `name` is "" where nobody chose one."""

    name: str
    first: date
    last: date
    words: str

    @property
    def is_chosen(self) -> bool:
        """Say whether somebody asked for it."""
        return bool(self.name)

    def holds(self, day: date) -> bool:
        """Say whether a day lies in it."""
        return self.first <= day <= self.last


def range_of(name: str, today: date, rules: Rules) -> Range:
    """Return a named period; the present quarter, as chosen by nobody, for a name that there is not."""
    unit, away = _NAMED[name if name in _NAMED else USUAL]
    first = moved(first_day(today, unit, rules), unit, away)
    last = moved(first, unit, 1) - timedelta(days=1)
    return Range(name if name in _NAMED else "", first, last, name_of(first, unit, rules))
