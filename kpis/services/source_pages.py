"""One page of readings that a pull brought, stored: what the pull loop calls `write` for sources of KPIs."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from kpis.models import KPI, KpiSource
from kpis.services.fields import finite
from kpis.services.reading_input import SEGMENT_LENGTH, ReadingRecord, read_time
from kpis.services.readings import Counts, record_checked
from projects.connectors.reading_records import RawReading, ReadingsPage, RejectedRow
from projects.models import Connection
from projects.services.pages import Stored
from projects.services.source_answers import note_answer, note_odd, note_problem, source_asked


def record_readings_page(connection: Connection, page: ReadingsPage) -> Stored:
    """Store a page in the caller's transaction: readings, what the source is at, and what is no reading.

    A page of a source that is gone meanwhile brings nothing.
    """
    ours = KpiSource.objects.filter(connection=connection).select_related("kpi__workspace")
    source = source_asked(ours, page)
    if source is None:
        return Stored(0, 0, changed=False)
    if page.problem is not None:
        return note_problem(source, *page.problem)
    records, odd = checked_rows(source.kpi, page.rows)
    counts = record_checked(source.kpi, records) if records else Counts()
    rejected = [*page.rejected, *odd]
    noted = note_odd(connection, source, rejected, page)
    note_answer(source, page, max((each.time for each in records), default=None))
    rows = counts.created + counts.updated
    return Stored(rows, len(rejected), changed=bool(rows or noted))


def checked_rows(kpi: KPI, rows: Iterable[RawReading]) -> tuple[list[ReadingRecord], list[RejectedRow]]:
    """Return raw readings in the KPI's zone, and those that cannot be kept with the reason."""
    zone = ZoneInfo(kpi.zone)
    records: list[ReadingRecord] = []
    odd: list[RejectedRow] = []
    for row in rows:
        moment, problem = read_time(row.time, zone)
        if moment is None:
            odd.append(RejectedRow(str(row.time), problem))
        elif finite(row.value) is None:
            odd.append(RejectedRow(str(row.time), "The value must be a number within ±1e100."))
        elif len(row.segment) > SEGMENT_LENGTH or not row.segment.isprintable():
            odd.append(RejectedRow(str(row.time), f"A segment is at most {SEGMENT_LENGTH} printable characters."))
        else:
            records.append(ReadingRecord(moment, row.value, row.segment))
    return records, odd
