"""A KPI's raw readings, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Q

from kpis.models import KPI, Reading
from kpis.selectors.kpis import readings_of

PAGE = 50


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """One reading and its time where the KPI is measured, as text: a day alone where it is the day's beginning."""

    reading: Reading
    local: str


@dataclass(frozen=True, slots=True)
class ReadingsPage:
    """Some readings, newest first; `older` is the place where the next page begins, empty on the last."""

    rows: tuple[ReadingLine, ...]
    older: str
    total: int


def readings_page(kpi: KPI, segment: str | None = None, before: str = "", limit: int = PAGE) -> ReadingsPage:
    """Return the readings before a place, in two queries; a place that cannot be read is the beginning."""
    rows = readings_of(kpi, segment)
    total, place = rows.count(), _place(before)
    if place is not None:
        moment, pk = place
        rows = rows.filter(Q(time__lt=moment) | Q(time=moment, pk__lt=pk))
    found = list(rows[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    lines = tuple(ReadingLine(each, local_time(each.time, kpi.zone)) for each in found[:limit])
    return ReadingsPage(lines, f"{last.time.isoformat()}~{last.pk}" if last else "", total)


def local_time(moment: datetime, zone: str) -> str:
    """Return a moment in a zone: "2026-11-16", or "2026-11-16 14:30" within the day."""
    there = moment.astimezone(ZoneInfo(zone))
    return there.date().isoformat() if there.time() == time() else f"{there:%Y-%m-%d %H:%M}"


def reading_rows(kpi: KPI) -> Iterator[tuple[datetime, float, str]]:
    """Yield (time in UTC, value, segment) of every reading, oldest first, streamed."""
    yield from readings_of(kpi).reverse().values_list("time", "value", "segment").iterator(2_000)


def _place(text: str) -> tuple[datetime, int] | None:
    written, _, pk = text.partition("~")
    try:
        moment = datetime.fromisoformat(written)
        number = int(pk)
    except ValueError:
        return None
    return (moment, number) if moment.tzinfo and 0 <= number < 2**63 else None
