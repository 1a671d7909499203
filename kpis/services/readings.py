"""A KPI's history: the only writer of readings, an upsert by segment and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from kpis.models import KPI
from kpis.services.affected import note_kpi
from kpis.services.reading_input import MOST_READINGS, ReadingInput, ReadingRecord, parse_csv, read_columns, read_rows
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit

UPSERT = """
    INSERT INTO kpis_reading AS kept (workspace_id, kpi_id, segment, time, value, recorded_at)
    SELECT %(workspace)s, %(kpi)s, {segment}, row.time, row.value, now()
    FROM {rows}
    ON CONFLICT (kpi_id, segment, time) DO UPDATE SET value = excluded.value, recorded_at = excluded.recorded_at
    WHERE kept.value IS DISTINCT FROM excluded.value
    RETURNING (xmax = 0)
"""
WITHOUT_SEGMENTS = UPSERT.format(
    segment="%(segment)s", rows="unnest(%(times)s::timestamptz[], %(values)s::float8[]) AS row (time, value)"
)
WITH_SEGMENTS = UPSERT.format(
    segment="row.segment",
    rows="unnest(%(times)s::timestamptz[], %(values)s::float8[], %(segments)s::text[]) AS row (time, value, segment)",
)


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the readings of one call. `repeated` were overruled by a later one of the same call."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    repeated: int = 0


def record_readings(
    kpi: KPI,
    readings: Sequence[ReadingRecord] | Sequence[Mapping[str, Any]] | Mapping[str, Any],
    principal: Principal | None = None,
) -> Counts:
    """Store up to 10,000 readings, all or none, and say what became of them.

    Accepts records, rows {"time", "value", "segment"?}, or columns {"times", "values", "segments"?}. Times
    without a zone are local to the KPI's zone. With a principal one audit event is kept for the call. Raises
    ValidationError that names each wrong place.
    """
    return _store(kpi, _checked(kpi, readings), principal)


def record_csv(kpi: KPI, text: str, principal: Principal | None = None) -> Counts:
    """Store pasted lines `time, value[, segment]`, all or none. Raises ValidationError that names each wrong line."""
    if len(text) > 2_000_000:
        raise ValidationError({"readings": "Paste at most 10,000 lines at a time."})
    return _store(kpi, _finished(parse_csv(text, ZoneInfo(kpi.zone))), principal)


def _checked(kpi: KPI, readings: Any) -> list[ReadingRecord]:
    zone = ZoneInfo(kpi.zone)
    rows = readings.get("times") if isinstance(readings, Mapping) else readings
    size = len(rows) if isinstance(rows, list | tuple) else 0
    if size > MOST_READINGS:
        raise ValidationError({"readings": f"At most {MOST_READINGS:,} readings go into one call; these are {size:,}."})
    if isinstance(readings, Mapping):
        return _finished(read_columns(readings, zone))
    return _finished(read_rows(readings, zone))


def _finished(found: ReadingInput) -> list[ReadingRecord]:
    if found.errors:
        raise ValidationError(found.errors)
    if not found.readings:
        raise ValidationError({"readings": "There is no reading."})
    if len(found.readings) > MOST_READINGS:
        raise ValidationError({"readings": f"At most {MOST_READINGS:,} readings go into one call."})
    return found.readings


@transaction.atomic
def _store(kpi: KPI, readings: list[ReadingRecord], principal: Principal | None) -> Counts:
    last = {(row.segment, row.time): row.value for row in readings}
    # One order for all writers: two batches that share rows then wait for each other instead of deadlocking.
    rows = sorted(last.items())
    created = _upsert(kpi, rows)
    new = sum(created)
    counts = Counts(new, len(created) - new, len(rows) - len(created), len(readings) - len(rows))
    if principal is not None:
        digest = sha256(repr(rows).encode()).hexdigest()
        record_audit(principal, "record", "readings", kpi.key, after={**asdict(counts), "digest": digest})
    if created:
        note_kpi(kpi, "readings")
    return counts


def _upsert(kpi: KPI, rows: list[tuple[tuple[str, Any], float]]) -> list[bool]:
    segments = [segment for (segment, _), _ in rows]
    alike = len(set(segments)) == 1
    values: dict[str, Any] = {
        "workspace": kpi.workspace_id,
        "kpi": kpi.pk,
        "segment": segments[0],
        "times": "{" + ",".join([time.isoformat() for (_, time), _ in rows]) + "}",
        "values": "{" + ",".join([repr(value) for _, value in rows]) + "}",
        "segments": segments,
    }
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_SEGMENTS if alike else WITH_SEGMENTS, values)
        return [bool(row[0]) for row in cursor.fetchall()]
