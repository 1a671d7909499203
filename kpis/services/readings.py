"""A KPI's history: the only writer of readings, an upsert by segment and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction

from kpis.models import KPI
from kpis.services.affected import note_readings
from kpis.services.reading_columns import (
    ReadingColumns,
    columns_of,
    quick_columns,
    quick_rows,
)
from kpis.services.reading_input import MOST_READINGS, ReadingInput, ReadingRecord, parse_csv, read_columns, read_rows
from kpis.services.reading_rows import write_readings
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from mltrack.copying import FIRST_MOMENT, MICROSECOND


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
    return _store(kpi, _quick(readings) or columns_of(_checked(kpi, readings)), principal)


def record_checked(kpi: KPI, records: Sequence[ReadingRecord], principal: Principal | None = None) -> Counts:
    """Store records that were checked already, such as those of a pull or a file, however many."""
    return _store(kpi, columns_of(records), principal)


def record_csv(kpi: KPI, text: str, principal: Principal | None = None) -> Counts:
    """Store pasted lines `time, value[, segment]`, all or none. Raises ValidationError that names each wrong line."""
    if len(text) > 2_000_000:
        raise ValidationError({"readings": "Paste at most 10,000 lines at a time."})
    return _store(kpi, columns_of(_finished(parse_csv(text, ZoneInfo(kpi.zone)))), principal)


def _quick(readings: Any) -> ReadingColumns | None:
    """Return readings checked as whole columns; None where each must be looked at, be it only to say what is wrong."""
    found = quick_columns(readings) if isinstance(readings, Mapping) else quick_rows(readings)
    return None if found is None or len(found.times) + found.repeated > MOST_READINGS else found


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
def _store(kpi: KPI, rows: ReadingColumns, principal: Principal | None) -> Counts:
    created, updated = write_readings(kpi, rows)
    counts = Counts(created, updated, len(rows.times) - created - updated, rows.repeated)
    if principal is not None:
        after = {**asdict(counts), "digest": rows.digest()}
        record_audit(principal, "record", "readings", kpi.key, after=after)
    # Only now, when our rows hold a share of the KPI's, is it sure that nobody gives it a formula meanwhile.
    if (created or updated) and note_readings(kpi, FIRST_MOMENT + min(rows.times) * MICROSECOND):
        raise ValidationError({"readings": "This KPI is derived: its readings come from its formula."})
    return counts
