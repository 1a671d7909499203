"""Runs and their metrics as rows: set-based statements that write what changed and nothing else.

The caller holds the lock of the source (its connection or initiative), so that nobody else writes runs of it.
Rows travel as one JSON text a statement; `json` (not `jsonb`) keeps the digits of every float as they are.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from projects.connectors.records import MetricRecord, RunRecord, as_record
from projects.models import Connection, Initiative
from projects.services.run_input import LONGEST_METRIC_KEY

Source = Connection | Initiative

_KNOWN = "SELECT external_id, id FROM projects_run WHERE {column} = %(source)s AND external_id = ANY(%(ids)s)"

_UPDATE = """
UPDATE projects_run SET
    name = i.name, status = i.status, started_at = i.started_at, ended_at = i.ended_at,
    params = i.params::jsonb, tags = i.tags::jsonb, experiment_id = i.experiment_id,
    experiment_name = i.experiment_name, "commit" = i."commit", url = i.url,
    deleted_at = CASE WHEN i.deleted THEN coalesce(projects_run.deleted_at, now()) END, updated_at = now()
FROM json_to_recordset(%(rows)s::json) AS i(
    name text, status text, started_at timestamptz, ended_at timestamptz, params json, tags json,
    experiment_id text, experiment_name text, "commit" text, url text, deleted boolean, run_id bigint)
WHERE projects_run.id = i.run_id AND (
    projects_run.name, projects_run.status, projects_run.started_at, projects_run.ended_at, projects_run.params,
    projects_run.tags, projects_run.experiment_id, projects_run.experiment_name, projects_run."commit",
    projects_run.url, projects_run.deleted_at IS NOT NULL
) IS DISTINCT FROM (
    i.name, i.status, i.started_at, i.ended_at, i.params::jsonb, i.tags::jsonb, i.experiment_id,
    i.experiment_name, i."commit", i.url, i.deleted)
RETURNING projects_run.id
"""

_METRICS = """
WITH incoming AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(rows)s::json) AS i(r bigint, k text, v float8, s text, p bigint, t timestamptz)
), changed AS (
    SELECT i.* FROM incoming i LEFT JOIN projects_metricvalue m ON m.run_id = i.r AND m.key = i.k
    WHERE m.id IS NULL OR (m.value, m.special, m.step, m.time) IS DISTINCT FROM (i.v, i.s, i.p, i.t)
)
INSERT INTO projects_metricvalue (workspace_id, run_id, key, value, special, step, time)
SELECT %(workspace)s, r, k, v, s, p, t FROM changed ORDER BY r, k
ON CONFLICT (run_id, key) DO UPDATE SET
    value = EXCLUDED.value, special = EXCLUDED.special, step = EXCLUDED.step, time = EXCLUDED.time
RETURNING run_id
"""

_ABSENT = """
WITH incoming AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(rows)s::json) AS i(r bigint, k text)
)
DELETE FROM projects_metricvalue m
WHERE m.run_id = ANY(%(runs)s) AND (m.run_id, m.key) NOT IN (SELECT r, k FROM incoming)
RETURNING m.run_id
"""

_REMOVE = """
DELETE FROM projects_metricvalue m USING json_to_recordset(%(rows)s::json) AS i(r bigint, k text)
WHERE m.run_id = i.r AND (i.k IS NULL OR m.key = i.k) RETURNING m.run_id
"""


def source_filter(source: Source) -> dict[str, Source]:
    """Return the filter that finds the runs and model versions of a source."""
    return {"connection": source} if isinstance(source, Connection) else {"pushed_to": source}


def lock_source(source: Source) -> None:
    """Hold the source until the transaction ends: all its runs have one writer at a time."""
    model = Connection if isinstance(source, Connection) else Initiative
    model.objects.select_for_update(no_key=True).only("pk").get(pk=source.pk)


def known_runs(source: Source, external_ids: Collection[str]) -> dict[str, int]:
    """Return the row numbers of the source's runs with these ids."""
    column = "connection_id" if isinstance(source, Connection) else "pushed_to_id"
    return dict(_fetch(_KNOWN.format(column=column), {"source": source.pk, "ids": list(external_ids)}))


def update_runs(records: Mapping[int, RunRecord]) -> set[int]:
    """Update the runs that differ from their record and return the row numbers of those."""
    if not records:
        return set()
    rows = [_run_row(record) | {"run_id": number} for number, record in records.items()]
    return {number for (number,) in _fetch(_UPDATE, {"rows": json.dumps(rows, allow_nan=False)})}


def write_metrics(workspace_id: int, records: Mapping[int, RunRecord]) -> set[int]:
    """Upsert the metrics and return the runs that changed."""
    rows = [
        {"r": number, "k": key, **_metric_row(each)}
        for number, record in records.items()
        for key, each in record.metrics.items()
        if len(key) <= LONGEST_METRIC_KEY
    ]
    text = json.dumps(rows, allow_nan=False)
    return {number for (number,) in _fetch(_METRICS, {"workspace": workspace_id, "rows": text})} if rows else set()


def drop_absent_metrics(records: Mapping[int, RunRecord]) -> set[int]:
    """Delete the metrics that these runs have and their records do not; return the runs that changed."""
    if not records:
        return set()
    rows = [{"r": number, "k": key} for number, record in records.items() for key in record.metrics]
    values = {"rows": json.dumps(rows), "runs": list(records)}
    return {number for (number,) in _fetch(_ABSENT, values)}


def remove_metrics(keys: Mapping[int, Collection[str] | None]) -> set[int]:
    """Delete these metrics of these runs, all of them where the keys are None; return the runs that changed."""
    rows: list[dict[str, Any]] = []
    for number, names in keys.items():
        rows.extend([{"r": number, "k": None}] if names is None else [{"r": number, "k": name} for name in names])
    return {number for (number,) in _fetch(_REMOVE, {"rows": json.dumps(rows)})} if rows else set()


def commit_of(record: RunRecord) -> str:
    """Return the commit that a run's tags name, cut to what its column holds."""
    tags = record.tags
    return (tags.get("mlflow.source.git.commit") or tags.get("commit") or "")[:100]


def _run_row(record: RunRecord) -> dict[str, Any]:
    return {
        "name": record.name[:500],
        "status": record.status,
        "started_at": _iso(record.started_at),
        "ended_at": _iso(record.ended_at),
        "params": dict(record.params),
        "tags": dict(record.tags),
        "experiment_id": record.experiment_id,
        "experiment_name": record.experiment_name[:500],
        "commit": commit_of(record),
        "url": record.url[:1000],
        "deleted": record.deleted,
    }


def _metric_row(metric: MetricRecord | float) -> dict[str, Any]:
    known = as_record(metric)
    return {"v": known.value, "s": known.special or "", "p": known.step, "t": _iso(known.time)}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _fetch(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
