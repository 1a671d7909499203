"""A KPI's readings by any period of the calendar, of one segment or of all, in one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from kpis.models import KPI
from kpis.scoring.calendar.buckets import periods
from kpis.scoring.calendar.units import UNITS, Rules, Unit, morning, moved, name_of, start_of
from kpis.selectors.periods import PeriodValue, unit_of
from mltrack.accounts.models import Workspace
from mltrack.cells import Cell

# A unit of the calendar that PostgreSQL cuts itself, after days or months are moved to where its own begins.
STEPS: Final[Mapping[Unit, str]] = {unit: "year" if unit == "fiscal_year" else unit for unit in UNITS}
AGGREGATES: Final[Mapping[str, str]] = {
    "mean": "avg(value)",
    "sum": "sum(value)",
    "min": "min(value)",
    "max": "max(value)",
    "last": "(array_agg(value ORDER BY time DESC))[1]",
}
MOST_DAYS: Final = 100_000
QUERY: Final = """
SELECT segment,
    (date_trunc(%(step)s, time AT TIME ZONE %(zone)s + make_interval(days => %(days)s, months => -%(months)s))
        + make_interval(months => %(months)s))::date - %(days)s AS start,
    {value} AS value, max(time), count(*)
FROM kpis_reading
WHERE kpi_id = %(kpi)s AND (%(segments)s::text[] IS NULL OR segment = ANY(%(segments)s))
    AND (%(since)s::timestamptz IS NULL OR time >= %(since)s)
GROUP BY 1, 2
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """One segment's last periods, all of the same length, None where one is missing; `value` is the newest there."""

    segment: str
    spark: tuple[float | None, ...]
    value: float | None
    start: date | None
    before: float | None


def rules_of(workspace: Workspace) -> Rules:
    """Return how a workspace counts weeks and fiscal years."""
    return Rules(workspace.first_weekday, workspace.fiscal_month)


def values_by(
    kpi: KPI, unit: Unit, *, segments: list[str] | None = None, since: datetime | None = None
) -> dict[str, list[PeriodValue]]:
    """Return the values by period and segment ("" is the whole), oldest first; a period without a reading is absent.

    `since` must be the beginning of a period, else its value is that of a part.
    """
    rules = rules_of(kpi.workspace)
    asked: dict[str, Any] = {
        "step": STEPS[unit],
        "zone": kpi.zone,
        "days": -rules.first_weekday % 7 if unit == "week" else 0,
        "months": rules.fiscal_month - 1 if unit == "fiscal_year" else 0,
        "kpi": kpi.pk,
        "segments": segments,
        "since": since,
    }
    found: dict[str, list[PeriodValue]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(QUERY.format(value=AGGREGATES[kpi.aggregation]), asked)
        for segment, *row in cursor.fetchall():
            found[segment].append(PeriodValue(*row))
    return found


def segment_lines(kpi: KPI, segments: list[str], count: int, now: datetime) -> list[SegmentLine]:
    """Return the last `count` periods of segments, up to the present one, in one query."""
    if not segments:
        return []
    unit = unit_of(kpi)
    last = start_of(now, unit, kpi.zone, rules_of(kpi.workspace))
    first = moved(last, unit, 1 - count)
    values = values_by(kpi, unit, segments=segments, since=morning(first, kpi.zone))
    starts = periods(first, last, unit)
    return [_line(segment, values.get(segment, []), starts) for segment in segments]


def _line(segment: str, values: list[PeriodValue], starts: list[date]) -> SegmentLine:
    known = {each.start: each.value for each in values}
    newest, before = (values[-1] if values else None), (values[-2].value if len(values) > 1 else None)
    spark = tuple(known.get(start) for start in starts)
    return SegmentLine(segment, spark, newest.value if newest else None, newest.start if newest else None, before)


def period_rows(kpi: KPI, unit: Unit) -> Iterator[tuple[Cell, ...]]:
    """Yield (segment, first day, name, value, readings) of every period, the empty ones between two without.

    Segments by name, the whole first; periods oldest first. A segment whose readings span more than a lifetime of
    days is told without its gaps.
    """
    rules = rules_of(kpi.workspace)
    for segment, values in values_by(kpi, unit).items():
        known = {each.start: each for each in values}
        spans = (values[-1].start - values[0].start).days <= MOST_DAYS
        starts = periods(values[0].start, values[-1].start, unit) if spans else list(known)
        for start in starts:
            held = known.get(start)
            told = (None, 0) if held is None else (held.value, held.n)
            yield (segment, start, name_of(start, unit, rules), *told)
