"""A KPI's readings as one value per period, aggregated as the KPI says, in its own zone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol

from django.db import connection

from kpis.scoring.calendar.units import Unit, morning, moved
from mltrack.prepared import Prepared

SPARK = 26

# Only the readings of the last periods are read, found backwards from the newest by the index. PostgreSQL's weeks begin
# on Monday: where they begin on Sunday, a day is added before it cuts, and taken away after.
PERIODS = Prepared(
    """
SELECT kpi.id, period.start, period.value, period.time, period.n
FROM unnest(%(ids)s::bigint[], %(counts)s::int[]) AS asked (id, count)
JOIN kpis_kpi kpi ON kpi.id = asked.id
JOIN accounts_workspace workspace ON workspace.id = kpi.workspace_id
CROSS JOIN LATERAL (
    SELECT days, make_interval(days => days) AS shift
    FROM (SELECT CASE kpi.period WHEN 'week' THEN (7 - workspace.first_weekday) %% 7 ELSE 0 END AS days) AS counted
) AS week
CROSS JOIN LATERAL (
    SELECT time AS newest FROM kpis_reading
    WHERE kpi_id = kpi.id AND segment = %(segment)s ORDER BY time DESC LIMIT 1
) AS last
CROSS JOIN LATERAL (
    SELECT date_trunc(kpi.period, reading.time AT TIME ZONE kpi.zone + week.shift)::date - week.days AS start,
        CASE kpi.aggregation
            WHEN 'mean' THEN avg(reading.value)
            WHEN 'sum' THEN sum(reading.value)
            WHEN 'min' THEN min(reading.value)
            WHEN 'max' THEN max(reading.value)
            ELSE (array_agg(reading.value ORDER BY reading.time DESC))[1]
        END AS value,
        max(reading.time) AS time, count(*) AS n
    FROM kpis_reading reading
    WHERE reading.kpi_id = kpi.id AND reading.segment = %(segment)s AND reading.time >= (
        date_trunc(kpi.period, last.newest AT TIME ZONE kpi.zone + week.shift) - week.shift - (asked.count - 1) *
        CASE kpi.period WHEN 'day' THEN interval '1 day' WHEN 'week' THEN interval '7 days'
            WHEN 'month' THEN interval '1 month' ELSE interval '3 months' END
    ) AT TIME ZONE kpi.zone
    GROUP BY 1
) AS period
ORDER BY kpi.id, period.start
""",
    ids="bigint[]",
    counts="int[]",
    segment="text",
)


class Rhythm(Protocol):
    """What of a KPI decides how its readings fall into periods, and how they add up."""

    @property
    def period(self) -> str: ...
    @property
    def zone(self) -> str: ...
    @property
    def aggregation(self) -> str: ...


@dataclass(frozen=True, slots=True)
class PeriodValue:
    """One period: its first day in the KPI's zone, its value, the time of its last reading, and how many it had."""

    start: date
    value: float
    time: datetime
    n: int


def period_values(
    kpi_ids: Collection[int] | Mapping[int, int], count: int = SPARK, segment: str = ""
) -> dict[int, list[PeriodValue]]:
    """Return at most `count` periods up to the newest reading of each KPI, oldest first, in one query.

    A mapping gives each KPI a count of its own. A period without readings is not there: gaps stay gaps.
    """
    found: dict[int, list[PeriodValue]] = defaultdict(list)
    if not kpi_ids:
        return found
    counts = kpi_ids if isinstance(kpi_ids, Mapping) else dict.fromkeys(kpi_ids, count)
    with connection.cursor() as cursor:
        PERIODS.run(cursor, {"ids": list(counts), "counts": list(counts.values()), "segment": segment})
        for kpi_id, *row in cursor.fetchall():
            found[kpi_id].append(PeriodValue(*row))
    return found


def standing(kpi: Rhythm, values: list[PeriodValue], now: datetime) -> PeriodValue | None:
    """Return the value that a KPI stands at: the newest period's, for a sum the newest that is over.

    The sum of a period that still runs says nothing yet; where there is no other it is shown all the same.
    """
    if not values:
        return None
    running = kpi.aggregation == "sum" and _end(kpi, values[-1].start) > now
    return values[-2] if running and len(values) > 1 else values[-1]


def with_gaps(kpi: Rhythm, values: list[PeriodValue], count: int = SPARK) -> list[float | None]:
    """Return the last `count` periods as evenly spaced values, None where a period has no reading."""
    return [value for _, value in timeline(kpi, values, count)]


def timeline(kpi: Rhythm, values: Sequence[PeriodValue], count: int) -> list[tuple[date, float | None]]:
    """Return the last `count` periods as (first day, value), with every period between: None where one is missing."""
    if not values:
        return []
    known = {each.start: each.value for each in values}
    return [(start, known.get(start)) for start in _starts(unit_of(kpi), values[0].start, values[-1].start, count)]


@lru_cache(maxsize=512)
def _starts(unit: Unit, first: date, last: date, count: int) -> tuple[date, ...]:
    """Return the first days of at most `count` periods up to the last, none but one before `first`: many KPIs agree."""
    starts = [last]
    while len(starts) < count and starts[-1] > first:
        starts.append(moved(starts[-1], unit, -1))
    return tuple(reversed(starts))


def is_late(kpi: Rhythm, values: list[PeriodValue], now: datetime) -> bool:
    """Say whether the newest reading is older than the period before the present one."""
    late = late_from(kpi, values)
    return late is not None and late <= now


def late_from(kpi: Rhythm, values: Sequence[PeriodValue]) -> datetime | None:
    """Return the moment from which the newest reading is late, None without any."""
    return _end(kpi, _after(kpi, values[-1].start)) if values else None


def unit_of(kpi: Rhythm) -> Unit:
    """Return a KPI's period as the calendar knows it."""
    found: Any = kpi.period
    return found  # type: ignore[no-any-return]


def _after(kpi: Rhythm, start: date) -> date:
    return moved(start, unit_of(kpi), 1)


def _end(kpi: Rhythm, start: date) -> datetime:
    return morning(_after(kpi, start), kpi.zone)


def ended(kpi: Rhythm, values: Sequence[PeriodValue], now: datetime) -> list[PeriodValue]:
    """Return the periods that are over: what still runs says nothing yet."""
    return [each for each in values if _end(kpi, each.start) <= now]
