"""Volumes of one name by segment and period, as the judgement of silence wants them.

A segment that is absent from a period in which others of its name arrived brought nothing: 0. A period in which nothing
of the name arrived says nothing about a segment, and neither does one before the segment was first seen, nor one that a
planned stop covers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

WEEK: Final = 7
BASELINE: Final = 8
"""Periods before the judged one that say what to expect: of the same length and, of days, the same weekday."""


@dataclass(frozen=True, slots=True)
class Volume:
    """What one segment brought in the period that starts on that day."""

    segment: str
    day: date
    value: float


@dataclass(frozen=True, slots=True)
class Stop:
    """Days, both included, whose periods are neither judged nor part of a baseline; of all segments where it names
    none."""

    first: date
    last: date
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What was expected of a segment when its silence was found; it holds until the silence ends."""

    mean: float
    variance: float
    window: int


@dataclass(frozen=True, slots=True)
class Volumes:
    """Counts with a row per segment and a column per period, the last of which is judged; NaN where not known.

    `arrived` says of each period whether anything of the name arrived.
    """

    segments: tuple[str, ...]
    counts: NDArray[np.float64]
    arrived: NDArray[np.bool_]
    last: date
    period_days: int = 1
    standing: Mapping[str, Standing] = field(default_factory=dict)


def periods_read(period_days: int) -> int:
    """Return how many periods, the judged one included, a judgement looks at: of days nine weeks."""
    return WEEK * (BASELINE + 1) if period_days == 1 else BASELINE + 1


def first_day(last: date, period_days: int) -> date:
    """Return the first day that a judgement of the period starting on `last` looks at."""
    return last - timedelta(days=period_days * (periods_read(period_days) - 1))


def volumes(
    rows: Iterable[Volume],
    last: date,
    period_days: int = 1,
    stops: Iterable[Stop] = (),
    standing: Mapping[str, Standing] | None = None,
) -> Volumes:
    """Lay out the rows up to the period that starts on `last`; several of one segment and period are summed."""
    begin, size = first_day(last, period_days), periods_read(period_days)
    kept = [row for row in rows if begin <= row.day < last + timedelta(days=period_days)]
    segments = tuple(sorted({row.segment for row in kept}))
    places = {segment: place for place, segment in enumerate(segments)}
    at = (
        np.array([places[row.segment] for row in kept], dtype=np.intp),
        np.array([(row.day - begin).days // period_days for row in kept], dtype=np.intp),
    )
    known = np.zeros((len(segments), size), dtype=bool)
    known[at] = True
    counts = np.where(known, 0.0, np.nan)
    np.add.at(counts, at, [row.value for row in kept])
    arrived = np.logical_or.reduce(known, axis=0)
    seen = np.logical_or.accumulate(known, axis=1)
    counts[~known & seen & arrived] = 0
    for stop in stops:
        covered = _covered(stop, begin, period_days, size)
        rows_of = slice(None) if not stop.segment else [places[stop.segment]] if stop.segment in places else []
        counts[rows_of, covered] = np.nan
    return Volumes(segments, counts, arrived, last, period_days, standing or {})


def _covered(stop: Stop, begin: date, period_days: int, size: int) -> slice:
    """Return the periods that share a day with the stop."""
    first, last = ((day - begin).days // period_days for day in (stop.first, stop.last))
    return slice(min(max(first, 0), size), min(max(last + 1, 0), size))
