"""Whether a name still arrives at all: one that never arrives at weekends does not stop on a Saturday."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

from kpis.scoring.monitoring.volumes import BASELINE, WEEK

PATIENCE: Final = 2
"""A name for which nothing arrives in so many periods in turn has stopped."""


def missed(arrived: Collection[date], today: date, period_days: int = 1) -> int:
    """Return for how many finished periods since the last arrival something was due, of days only such weekdays on
    which something arrived in half of the last eight weeks or more. 0 where nothing ever arrived.
    """
    if not arrived:
        return 0
    last, found = max(arrived), 0
    day = last + timedelta(days=period_days)
    while day + timedelta(days=period_days) <= today and found < PATIENCE:
        found += period_days != 1 or _due(arrived, last, day)
        day += timedelta(days=period_days)
    return found


def stopped(arrived: Collection[date], today: date, period_days: int = 1) -> bool:
    """Say whether the name has stopped to arrive."""
    return missed(arrived, today, period_days) >= PATIENCE


def _due(arrived: Collection[date], last: date, day: date) -> bool:
    """Say whether that weekday usually brings something, of the weeks up to the last arrival that have begun."""
    first = min(arrived)
    before = [day - timedelta(days=WEEK * n) for n in range(1, BASELINE + 1 + (day - last).days // WEEK)]
    asked = [each for each in before if first <= each <= last]
    return 2 * sum(each in arrived for each in asked) >= len(asked)
