"""Distributions of dates, and the latest of several: by day after a date, `done[0]` being the evening of the next day.

Of independent parts the chance that all are done is the product of theirs. Where nobody knows how they depend on each
other it lies between the bounds of Fréchet (1935; Hoeffding 1940): max(0, Σ F − (k − 1)) and min F.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np

from kpis.scoring.convolution import Finish, Floats


def by_day(weeks: Finish) -> Finish:
    """Return a distribution by week as one by day: what a week brings counts on its last day."""
    if weeks.already:
        return weeks
    return Finish(tuple(weeks.after((day + 1) // 7) for day in range(7 * len(weeks.done))))


def all_done(parts: Sequence[Finish]) -> Finish:
    """Return when the last of independent parts is done; without parts all is done already."""
    return _together(parts, lambda columns: columns.prod(axis=0))


def at_worst(parts: Sequence[Finish]) -> Finish:
    """Return the lower bound of the chance that all are done, whatever their dependence: the latest dates."""
    return _together(parts, lambda columns: np.maximum(0.0, columns.sum(axis=0) - (len(columns) - 1)))


def at_best(parts: Sequence[Finish]) -> Finish:
    """Return the upper bound of the chance that all are done, whatever their dependence: the earliest dates."""
    return _together(parts, lambda columns: columns.min(axis=0))


def columns_of(parts: Sequence[Finish], days: int) -> Floats:
    """Return the chances of each part (rows) after 0 to so many days (columns)."""
    found = np.zeros((len(parts), days + 1))
    for row, each in zip(found, parts):
        known = each.done[:days]
        row[1 : len(known) + 1] = known
        row[len(known) + 1 :] = each.after(days)
        row[0] = each.after(0)
    return found


def date_at(found: Finish, today: date, chance: float) -> date | None:
    """Return the first date on whose evening all is done with at least this chance, None beyond the horizon."""
    days = found.quantile(chance)
    return None if days is None else today + timedelta(days=days)


def chance_by(found: Finish, today: date, day: date) -> float:
    """Return the chance that all is done on the evening of a day."""
    return found.after((day - today).days) if day >= today else 0.0


def _together(parts: Sequence[Finish], combine: Callable[[Floats], Floats]) -> Finish:
    waiting = [each for each in parts if not each.already]
    if not waiting:
        return Finish(already=True)
    days = max(len(each.done) for each in waiting)
    chances = np.clip(combine(columns_of(waiting, days)), 0.0, 1.0)[1:]
    return Finish(tuple(np.maximum.accumulate(chances).tolist()) if days else ())
