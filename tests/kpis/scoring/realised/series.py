"""Series for tests of effects: weeks, days and months from given values, and errors that follow one another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np

from kpis.scoring.realised.series import Floats, Series

MONDAY = date(2025, 1, 6)


def weeks(values: Iterable[float | None], first: date = MONDAY) -> Series:
    """Return a weekly series."""
    found = tuple(values)
    return Series(tuple(first + timedelta(days=7 * place) for place in range(len(found))), found)


def months(values: Iterable[float | None], year: int = 2002) -> Series:
    """Return a monthly series from January on."""
    found = tuple(values)
    return Series(tuple(date(year + place // 12, place % 12 + 1, 1) for place in range(len(found))), found)


def following(rng: np.random.Generator, n: int, follow: float) -> Floats:
    """Return n errors of which each follows the one before it."""
    errors = rng.normal(size=n + 50)
    for place in range(1, n + 50):
        errors[place] += follow * errors[place - 1]
    found: Floats = errors[50:]
    return found
