"""Readings as one value per period; a period without any is a gap. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import fmean
from typing import Final

from kpis.scoring.calendar.units import PLAIN, Rules, Unit, moved, start_of

AGGREGATIONS: Final = ("last", "mean", "sum", "min", "max")


@dataclass(frozen=True, slots=True)
class Bucket:
    """One period: its first day, its value, the time of its last reading, and how many it had; None in a gap."""

    start: date
    value: float | None
    time: datetime | None
    n: int


def buckets(
    readings: Iterable[tuple[datetime, float]], unit: Unit, zone: str, aggregation: str, rules: Rules = PLAIN
) -> list[Bucket]:
    """Return the periods from the first reading to the last, oldest first, those without a reading as gaps."""
    held: dict[date, list[tuple[datetime, float]]] = {}
    for moment, value in readings:
        held.setdefault(start_of(moment, unit, zone, rules), []).append((moment, value))
    if not held:
        return []
    return [_bucket(start, sorted(held.get(start, ())), aggregation) for start in periods(min(held), max(held), unit)]


def periods(first: date, last: date, unit: Unit) -> list[date]:
    """Return the first day of each period from one to another, both included."""
    found = [first]
    while found[-1] < last:
        found.append(moved(found[-1], unit, 1))
    return found


def aggregated(values: Sequence[float], aggregation: str) -> float:
    """Return the value of a period from those of its readings, in order of time. Raises KeyError for another word."""
    ways: dict[str, Callable[[Sequence[float]], float]] = {
        "last": _last,
        "mean": fmean,
        "sum": sum,
        "min": min,
        "max": max,
    }
    return ways[aggregation](values)


def _last(values: Sequence[float]) -> float:
    return values[-1]


def _bucket(start: date, held: Sequence[tuple[datetime, float]], aggregation: str) -> Bucket:
    if not held:
        return Bucket(start, None, None, 0)
    return Bucket(start, aggregated([value for _, value in held], aggregation), held[-1][0], len(held))
