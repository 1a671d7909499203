"""The periods of a measure that are over, as moments, by the calendar of its zone and its workspace. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from kpis.scoring.calendar.units import PLAIN, Rules, Unit, bounds, first_day, moved


def finished_periods(
    unit: Unit, zone: str, since: date, now: datetime, rules: Rules = PLAIN
) -> Iterator[tuple[datetime, datetime]]:
    """Yield (first moment, first moment after it) in UTC of each period from that of `since` that is over at `now`.

    A day that a zone left out is no period.
    """
    day = first_day(since, unit, rules)
    while True:
        start, end = bounds(day, unit, zone)
        if end > now:
            return
        if start < end:
            yield start, end
        day = moved(day, unit, 1)
