"""Runs that a source has for the first time, with their metrics: copied, since no row of theirs can be there yet.

The caller holds the lock of the source, so that nobody else writes runs of it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from django.db import connection

from mltrack.copying import NULL, copy_rows, integer_field, json_field, moment_field, row_of, text_field
from projects.connectors.records import MetricRecord, RunRecord
from projects.models import Connection
from projects.models.identifiers import run_id
from projects.services.run_input import LONGEST_METRIC_KEY
from projects.services.run_rows import Source, commit_of

_NUMBERS: Final = """
    SELECT array_agg(nextval(pg_get_serial_sequence('projects_run', 'id'))), now() FROM generate_series(1, %s)
"""
_RUNS: Final = """
    COPY projects_run (
        id, public_id, external_id, name, status, started_at, ended_at, params, tags, experiment_id, experiment_name,
        "commit", url, deleted_at, workspace_id, connection_id, pushed_to_id, created_at, updated_at)
    FROM STDIN (FORMAT binary)
"""
_METRICS: Final = """
    COPY projects_metricvalue (workspace_id, run_id, key, value, special, step, time) FROM STDIN (FORMAT binary)
"""
_LATE: Final = datetime.max.replace(tzinfo=UTC)
# A plain value: 8 bytes of value, no flag, 8 bytes of step, no time.
_PLAIN: Final = struct.Struct(">idiiqi")
_VALUE: Final = struct.Struct(">id")


def copy_runs(source: Source, records: Sequence[RunRecord]) -> dict[str, int]:
    """Store new runs of a source with their metrics; return their row numbers by external id, in order of start."""
    if not records:
        return {}
    ordered = sorted(records, key=lambda each: (each.started_at or _LATE, each.external_id))
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, [len(ordered)])
        numbers, moment = cursor.fetchone()
    now = moment_field(moment)
    end = _source_fields(source) + now + now
    copy_rows(_RUNS, [_run(number, each, now) + end for number, each in zip(numbers, ordered)])
    copy_metrics(source.workspace_id, dict(zip(numbers, ordered)))
    return {each.external_id: number for number, each in zip(numbers, ordered)}


def copy_metrics(workspace_id: int, records: Mapping[int, RunRecord]) -> None:
    """Store the metrics of runs that have none yet."""
    begin = row_of(7) + integer_field(workspace_id)
    keys: dict[str, bytes] = {}
    rows: list[bytes] = []
    for number, record in records.items():
        run = begin + integer_field(number)
        for key, metric in record.metrics.items():
            field = keys.get(key)
            if field is None:
                if len(key) > LONGEST_METRIC_KEY:
                    continue
                field = keys[key] = text_field(key)
            rows.append(run + field + _metric(metric))
    if rows:
        copy_rows(_METRICS, rows)


def _metric(metric: MetricRecord) -> bytes:
    value, step = metric.value, metric.step
    if value is not None and metric.special is None and metric.time is None and -(2**63) <= step < 2**63:
        return _PLAIN.pack(8, value, 0, 8, step, -1)
    field = NULL if value is None else _VALUE.pack(8, value)
    return field + text_field(metric.special or "") + integer_field(step) + moment_field(metric.time)


def _source_fields(source: Source) -> bytes:
    number = integer_field(source.pk)
    places = number + NULL if isinstance(source, Connection) else NULL + number
    return integer_field(source.workspace_id) + places


def _run(number: int, record: RunRecord, now: bytes) -> bytes:
    return b"".join(
        (
            row_of(19),
            integer_field(number),
            text_field(run_id()),
            text_field(record.external_id),
            text_field(record.name[:500]),
            text_field(record.status),
            moment_field(record.started_at),
            moment_field(record.ended_at),
            json_field(json.dumps(dict(record.params))),
            json_field(json.dumps(dict(record.tags))),
            text_field(record.experiment_id),
            text_field(record.experiment_name[:500]),
            text_field(commit_of(record)),
            text_field(record.url[:1000]),
            now if record.deleted else NULL,
        )
    )
