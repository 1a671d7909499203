"""Runs that a source has for the first time, with their metrics: copied, since no row of theirs can be there yet.

The caller holds the lock of the source, so that nobody else writes runs of it.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii as quoted
from typing import Final

from django.db import connection

from mltrack.copying import NULL, copy_rows, integer_field, json_field, moment_field, row_of, text_field, text_fields
from projects.connectors.records import MetricRecord, RunRecord
from projects.models import Connection
from projects.models.identifiers import new_run_ids
from projects.services.run_input import LONGEST_METRIC_KEY
from projects.services.run_rows import Source, commit_of

_NUMBERS: Final = """
    SELECT array_agg(nextval(counter)), now()
    FROM (SELECT pg_get_serial_sequence('projects_run', 'id')::regclass AS counter OFFSET 0) AS own,
        generate_series(1, %s)
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
_VALUE: Final = struct.Struct(">id")
# What follows a plain number: no flag, step 0, no time.
_PLAIN_END: Final = text_field("") + integer_field(0) + NULL


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
    ids = new_run_ids(len(ordered))
    copy_rows(_RUNS, [_run(*each, now) + end for each in zip(numbers, ids, ordered)])
    copy_metrics(source.workspace_id, dict(zip(numbers, ordered)))
    return {each.external_id: number for number, each in zip(numbers, ordered)}


def copy_metrics(workspace_id: int, records: Mapping[int, RunRecord]) -> None:
    """Store the metrics of runs that have none yet."""
    begin = row_of(7) + integer_field(workspace_id)
    keys = {key: text_field(key) for key in set[str]().union(*[each.metrics for each in records.values()])}
    too_long = {key for key in keys if len(key) > LONGEST_METRIC_KEY}
    rows, pack = list[bytes](), _VALUE.pack
    for number, record in records.items():
        run = begin + integer_field(number)
        metrics = record.metrics
        if too_long:
            metrics = {key: metric for key, metric in metrics.items() if key not in too_long}
        rows += [
            run + keys[key] + (pack(8, metric) + _PLAIN_END if type(metric) is float else _metric(metric))
            for key, metric in metrics.items()
        ]
    if rows:
        copy_rows(_METRICS, rows)


def _metric(metric: MetricRecord | float) -> bytes:
    if not isinstance(metric, MetricRecord):
        return _VALUE.pack(8, metric) + _PLAIN_END
    field = NULL if metric.value is None else _VALUE.pack(8, metric.value)
    return field + text_field(metric.special or "") + integer_field(metric.step) + moment_field(metric.time)


def _source_fields(source: Source) -> bytes:
    number = integer_field(source.pk)
    places = number + NULL if isinstance(source, Connection) else NULL + number
    return integer_field(source.workspace_id) + places


def _run(number: int, public_id: str, record: RunRecord, now: bytes) -> bytes:
    return b"".join(
        (
            row_of(19),
            integer_field(number),
            text_fields(public_id, record.external_id, record.name[:500], record.status),
            moment_field(record.started_at),
            moment_field(record.ended_at),
            json_field(_object(record.params)),
            json_field(_object(record.tags)),
            text_fields(record.experiment_id, record.experiment_name[:500], commit_of(record), record.url[:1000]),
            now if record.deleted else NULL,
        )
    )


def _object(texts: Mapping[str, str]) -> str:
    """Return texts as a JSON object; a dozen of them take an encoder of objects more to prepare than to write."""
    return "{" + ",".join([f"{quoted(key)}:{quoted(text)}" for key, text in texts.items()]) + "}"
