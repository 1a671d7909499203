"""Periods of a measure as ranges of even steps: a day of 23 hours, or a month, is a range of its own. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

MOST_POINTS: Final = 11_000
"""Prometheus refuses a range of more points."""


@dataclass(frozen=True, slots=True)
class Span:
    """Periods of one length, in seconds, one right after the other; each is told by the moment at which it ends."""

    seconds: int
    starts: Sequence[datetime]
    ends: Sequence[datetime]


def spans_of(periods: Sequence[tuple[datetime, datetime]], most: int = MOST_POINTS) -> Iterator[Span]:
    """Yield the periods, (first moment, first moment after it), as spans of at most `most` of one length."""
    some: list[tuple[datetime, datetime]] = []
    for period in periods:
        if some and (_seconds(period) != _seconds(some[-1]) or period[0] != some[-1][1] or len(some) == most):
            yield _span(some)
            some = []
        some.append(period)
    if some:
        yield _span(some)


def _seconds(period: tuple[datetime, datetime]) -> int:
    return round((period[1] - period[0]).total_seconds())


def _span(some: Sequence[tuple[datetime, datetime]]) -> Span:
    return Span(_seconds(some[0]), [start for start, _ in some], [end for _, end in some])
