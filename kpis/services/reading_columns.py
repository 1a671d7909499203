"""Readings as whole columns: checked at once, each moment once, in one order. Pure."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice, repeat
from operator import floordiv, itemgetter, lt, sub
from typing import Any

from kpis.services.fields import LARGEST
from kpis.services.reading_input import COLUMNS, SEGMENT_LENGTH, ReadingRecord
from mltrack.copying import FIRST_MOMENT, MICROSECOND
from mltrack.periods import BEYOND, EARLIEST


@dataclass(frozen=True, slots=True)
class ReadingColumns:
    """Checked readings in ascending order of segment and time, each once.

    `times` are microseconds since 2000 in UTC. `segment` is the one of all; where there are several it is None and
    `segments` has one for each. `repeated` readings were overruled by a later one of the same call.
    """

    times: Sequence[int]
    values: Sequence[float]
    segment: str | None = ""
    segments: Sequence[str] = ()
    repeated: int = 0

    @property
    def names(self) -> list[str]:
        """Return each segment once."""
        return sorted(set(self.segments)) if self.segment is None else [self.segment]

    def split(self, moment: int) -> tuple[ReadingColumns | None, ReadingColumns | None]:
        """Return the readings up to a moment and those after it; None for a part without any."""
        early = [place for place, time in enumerate(self.times) if time <= moment]
        late = [place for place, time in enumerate(self.times) if time > moment]
        return self._at(early), self._at(late)

    def _at(self, places: Sequence[int]) -> ReadingColumns | None:
        if not places:
            return None
        times, values = [self.times[place] for place in places], [self.values[place] for place in places]
        segments = [self.segments[place] for place in places] if self.segments else ()
        return ReadingColumns(times, values, self.segment, segments)

    def digest(self) -> str:
        """Return a SHA-256 that is equal for equal readings."""
        texts = "\n".join(self.segments if self.segment is None else [self.segment]).encode()
        return sha256(array("q", self.times).tobytes() + array("d", self.values).tobytes() + texts).hexdigest()


def quick_columns(given: Mapping[str, Any]) -> ReadingColumns | None:
    """Return {"times", "values", "segments"?} where all of it is plain and right: texts with a zone, numbers.

    None asks for a look at each reading: to read a local time, or to say what is wrong and where.
    """
    times, values, segments = given.get("times"), given.get("values"), given.get("segments")
    if not set(given) <= {"times", "values", "segments"} or type(times) is not list or type(values) is not list:
        return None
    if segments is not None and (type(segments) is not list or len(segments) != len(times)):
        return None
    try:
        moments, numbers = _moments(times), _numbers(values)
        if moments is None or numbers is None or len(moments) != len(numbers) or not _plain(segments):
            return None
    except (OverflowError, TypeError, ValueError):
        return None
    return _ordered(moments, numbers, segments)


def quick_rows(rows: Any) -> ReadingColumns | None:
    """Return rows {"time", "value", "segment"?} as `quick_columns` does."""
    if type(rows) is not list or set(map(type, rows)) != {dict} or not set().union(*rows) <= set(COLUMNS):
        return None
    try:
        columns = {"times": list(map(itemgetter("time"), rows)), "values": list(map(itemgetter("value"), rows))}
    except KeyError:
        return None
    return quick_columns(columns | {"segments": [row.get("segment", "") for row in rows]})


def columns_of(readings: Sequence[ReadingRecord]) -> ReadingColumns:
    """Return checked records as columns."""
    times = list(_microseconds([each.time for each in readings]))
    return _ordered(times, [each.value for each in readings], [each.segment for each in readings])


def _microseconds(moments: Iterable[datetime]) -> Iterable[int]:
    return map(floordiv, map(sub, moments, repeat(FIRST_MOMENT)), repeat(MICROSECOND))


def _moments(times: list[Any]) -> list[int] | None:
    """Return the moments of texts. Raises TypeError for one without a zone, which cannot be compared, or no text."""
    moments = list(map(datetime.fromisoformat, times))
    inside = min(moments) >= EARLIEST and max(moments) < BEYOND
    return list(_microseconds(moments)) if inside else None


def _numbers(values: list[Any]) -> list[float] | None:
    """Return finite numbers as floats; None where one is something else, be it true or false."""
    if not set(map(type, values)) <= {int, float}:
        return None
    numbers = list(map(float, values))
    return numbers if all(map(math.isfinite, numbers)) and max(map(abs, numbers)) <= LARGEST else None


def _plain(segments: list[Any] | None) -> bool:
    return segments is None or all(
        type(each) is str and len(each) <= SEGMENT_LENGTH and each.isprintable() for each in set(segments)
    )


def _ordered(times: list[int], values: list[float], segments: list[str] | None) -> ReadingColumns:
    names = {""} if segments is None else set(segments)
    if segments is None or len(names) == 1:
        return _of_one_segment(times, values, names.pop())
    last = dict(zip(zip(segments, times), values))
    # One order for all writers: two batches that share rows then wait for each other instead of deadlocking.
    rows = sorted(last)
    parts = ([time for _, time in rows], [last[row] for row in rows], None, [segment for segment, _ in rows])
    return ReadingColumns(*parts, len(times) - len(rows))


def _of_one_segment(times: list[int], values: list[float], segment: str) -> ReadingColumns:
    if all(map(lt, times, islice(times, 1, None))):
        return ReadingColumns(times, values, segment)
    last = dict(zip(times, values))
    rows = sorted(last)
    return ReadingColumns(rows, [last[row] for row in rows], segment, (), len(times) - len(rows))
