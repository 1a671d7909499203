"""Readings as rows: one statement for a whole call, whatever its size."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import repeat
from typing import Any, Final

from django.db import IntegrityError, connection, transaction

from kpis.models import KPI
from kpis.services.reading_columns import ReadingColumns
from mltrack.copying import copy_rows, integer_field, row_of, text_field

# Below this an INSERT in one round trip is quicker than a look, a savepoint and a COPY.
FEWEST_COPIED: Final = 500

_LATEST = """
    SELECT (extract(epoch FROM max(time) - timestamptz '2000-01-01 00:00:00+00') * 1000000)::bigint,
        (extract(epoch FROM now() - timestamptz '2000-01-01 00:00:00+00') * 1000000)::bigint
    FROM kpis_reading WHERE kpi_id = %(kpi)s AND segment = ANY(%(segments)s)
        AND time >= timestamptz '2000-01-01 00:00:00+00' + %(first)s * interval '1 microsecond'
        AND time <= timestamptz '2000-01-01 00:00:00+00' + %(last)s * interval '1 microsecond'
"""
_COPY = """
    COPY kpis_reading (workspace_id, kpi_id, segment, time, value, recorded_at) FROM STDIN (FORMAT binary)
"""
# What a row was is kept before it changes: the old rows are locked first, in the one order of all writers.
_UPSERT = """
    WITH given AS MATERIALIZED (
        SELECT {segment} AS segment, row.value,
            timestamptz '2000-01-01 00:00:00+00' + row.time * interval '1 microsecond' AS time
        FROM {rows}
    ), earlier AS MATERIALIZED (
        SELECT kept.segment, kept.time, kept.value, kept.recorded_at, given.value AS replaced_by
        FROM kpis_reading kept JOIN given ON given.segment = kept.segment AND given.time = kept.time
        WHERE kept.kpi_id = %(kpi)s AND kept.value IS DISTINCT FROM given.value
        ORDER BY kept.segment COLLATE "C", kept.time FOR UPDATE OF kept
    ), noted AS (
        INSERT INTO kpis_readingcorrection (kpi_id, segment, time, value, replaced_by, recorded_at, replaced_at)
        SELECT %(kpi)s, segment, time, value, replaced_by, recorded_at, now() FROM earlier
    ), stored AS (
        INSERT INTO kpis_reading AS kept (workspace_id, kpi_id, segment, time, value, recorded_at)
        SELECT %(workspace)s, %(kpi)s, segment, time, value, now() FROM given
        WHERE (SELECT count(*) FROM earlier) >= 0
        ON CONFLICT (kpi_id, segment, time) DO UPDATE
            SET value = excluded.value, formula = NULL, recorded_at = excluded.recorded_at
        WHERE kept.value IS DISTINCT FROM excluded.value
        RETURNING (xmax = 0) AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM stored
"""
_OF_ONE_SEGMENT = _UPSERT.format(
    segment="%(segment)s::text", rows="unnest(%(times)s::bigint[], %(values)s::float8[]) AS row (time, value)"
)
_OF_SEGMENTS = _UPSERT.format(
    segment="row.segment",
    rows="unnest(%(times)s::bigint[], %(values)s::float8[], %(segments)s::text[]) AS row (time, value, segment)",
)


def write_readings(kpi: KPI, rows: ReadingColumns) -> tuple[int, int]:
    """Upsert readings; return how many were created and how many updated. What is there as it is, is not written.

    Of one that changes the earlier value is kept as a `ReadingCorrection`.

    A history grows at its end: what is later than all that is kept of the same time is copied. Where another call
    writes the same moments just now, the database refuses ours, and they are upserted instead.
    """
    if len(rows.times) < FEWEST_COPIED:
        return _upsert(kpi, rows)
    span = {"kpi": kpi.pk, "segments": rows.names, "first": min(rows.times), "last": max(rows.times)}
    latest, now = _fetch(_LATEST, span)
    known, new = (None, rows) if latest is None else rows.split(latest)
    if new is None or len(new.times) < FEWEST_COPIED:
        return _upsert(kpi, rows)
    try:
        with transaction.atomic():
            copy_rows(_COPY, _packed(kpi, new, now))
    except IntegrityError:
        return _upsert(kpi, rows)
    created, updated = (0, 0) if known is None else _upsert(kpi, known)
    return created + len(new.times), updated


def _upsert(kpi: KPI, rows: ReadingColumns) -> tuple[int, int]:
    values = {
        "workspace": kpi.workspace_id,
        "kpi": kpi.pk,
        "segment": rows.segment,
        "times": "{" + ",".join(map(str, rows.times)) + "}",
        "values": "{" + ",".join(map(repr, rows.values)) + "}",
        "segments": list(rows.segments),
    }
    created, updated = _fetch(_OF_SEGMENTS if rows.segment is None else _OF_ONE_SEGMENT, values)
    return created or 0, updated or 0


def _packed(kpi: KPI, rows: ReadingColumns, now: int | None) -> Iterator[bytes]:
    begin = row_of(6) + integer_field(kpi.workspace_id) + integer_field(kpi.pk)
    begins = {name: begin + text_field(name) for name in rows.names}
    wide = {name: struct.Struct(f">{len(each)}siqidiq").pack for name, each in begins.items()}
    eight = repeat(8)
    if rows.segment is not None:
        pack, one = wide[rows.segment], repeat(begins[rows.segment])
        return map(pack, one, eight, rows.times, eight, rows.values, eight, repeat(now))
    return (
        wide[name](begins[name], 8, time, 8, value, 8, now)
        for name, time, value in zip(rows.segments, rows.times, rows.values)
    )


def _fetch(statement: str, values: dict[str, Any]) -> tuple[int | None, int | None]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        first, second = cursor.fetchone()
        return first, second
