"""One page of readings that a pull brought, stored: what the pull loop calls `write` for sources of KPIs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from kpis.models import KPI, KpiSource
from kpis.services.fields import finite
from kpis.services.reading_input import SEGMENT_LENGTH, ReadingRecord, read_time
from kpis.services.readings import Counts, record_checked
from projects.connectors.reading_records import RawReading, ReadingsPage, RejectedRow
from projects.models import Connection, RejectedRecord
from projects.services.pages import Stored
from projects.services.rejections import note_rejected


def record_readings_page(connection: Connection, page: ReadingsPage) -> Stored:
    """Store a page in the caller's transaction: readings, what the source is at, and what is no reading.

    A page of a source that is gone meanwhile brings nothing.
    """
    ours = KpiSource.objects.filter(connection=connection, public_id=page.query, paused=False)
    source = ours.select_for_update(of=("self",)).select_related("kpi__workspace").first()
    if source is None:
        return Stored(0, 0, changed=False)
    if page.problem is not None:
        return _note_problem(source, *page.problem)
    records, odd = checked_rows(source.kpi, page.rows)
    counts = record_checked(source.kpi, records) if records else Counts()
    rejected = [*page.rejected, *odd]
    noted = _note_rejected(connection, source, rejected, page)
    _note_answer(source, page, max((each.time for each in records), default=None))
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


def _note_problem(source: KpiSource, code: str, text: str) -> Stored:
    is_new = (source.error_code, source.error_text) != (code, text)
    if is_new:
        KpiSource.objects.filter(pk=source.pk).update(error_code=code[:40], error_text=text[:2000])
    return Stored(0, 0, changed=is_new)


def _note_answer(source: KpiSource, page: ReadingsPage, newest: datetime | None) -> None:
    """Keep how far the source was read; an answer that may not be whole is asked for again with the next pull."""
    if not page.ends:
        return
    source.last_ok = timezone.now()
    source.error_code = source.error_text = ""
    source.warning = page.warning
    source.digest = page.digest
    if newest is not None and not page.warning:
        source.read_until = max(filter(None, (source.read_until, newest)))
    source.save(update_fields=["last_ok", "error_code", "error_text", "warning", "digest", "read_until"])


def _note_rejected(connection: Connection, source: KpiSource, rejected: list[RejectedRow], page: ReadingsPage) -> int:
    """Keep the list of rejected rows true; of a source that was read whole those that are mended go."""
    stem = f"{source.public_id} "
    known: list[str] = []
    is_same = page.digest != "" and page.digest == source.digest
    if page.ends and not is_same and (source.read_until is None or page.digest):
        known = list(
            RejectedRecord.objects.filter(connection=connection, external_id__startswith=stem).values_list(
                "external_id", flat=True
            )
        )
    reasons = {f"{stem}{each.place}"[:300]: each.reason for each in rejected}
    return note_rejected(connection, reasons, known) if reasons or known else 0
