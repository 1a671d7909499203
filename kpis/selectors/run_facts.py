"""Stored runs as the engine reads them: metrics under their own names, datasets, what makes them repeatable."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from kpis.scoring.aliases import apply_aliases
from kpis.scoring.inputs import DatasetFact, RunFacts, SharedData
from kpis.scoring.points import MetricPoint
from kpis.selectors.paths import run_path
from mltrack.prepared import Prepared
from projects.models import Initiative

RUNS = Prepared(
    """
SELECT run.id, run.public_id, coalesce(nullif(run.name, ''), run.external_id) AS label,
    CASE WHEN run.deleted_at IS NULL THEN run.status ELSE 'deleted' END AS status,
    run.params::json AS params, run.tags::json AS tags, run."commit", run.ended_at,
    (SELECT json_agg(json_build_array(metric.key, metric.value, metric.special, metric.step, metric.time)
        ORDER BY metric.key) FROM projects_metricvalue metric WHERE metric.run_id = run.id) AS metrics,
    (SELECT json_agg(json_build_array(data.name, data.digest, data.labels_digest, link.context,
            data.leaked_rows, data.leaked_groups)
        ORDER BY data.name, data.digest, link.context)
        FROM projects_rundataset link JOIN projects_datasetversion data ON data.id = link.dataset_id
        WHERE link.run_id = run.id) AS datasets,
    (SELECT json_agg(DISTINCT jsonb_build_array(test.name, test.digest, data.name, data.digest, each.rows, each.groups))
        FROM projects_rundataset link JOIN projects_versionoverlap each ON each.trained_id = link.dataset_id
        JOIN projects_datasetversion data ON data.id = each.trained_id
        JOIN projects_datasetversion test ON test.id = each.measured_id
        WHERE link.run_id = run.id) AS shared
FROM projects_run run WHERE run.id = ANY(%(runs)s::bigint[]) AND run.workspace_id = %(workspace)s
""",
    runs="bigint[]",
    workspace="bigint",
)


def run_facts(initiative: Initiative, run_ids: Collection[int], aliases: Mapping[str, str]) -> dict[int, RunFacts]:
    """Return the facts of some runs by row id, in one statement."""
    with connection.cursor() as cursor:
        RUNS.run(cursor, {"runs": sorted(run_ids), "workspace": initiative.workspace_id})
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["id"]: _facts(initiative, row, aliases) for row in rows}


def _facts(initiative: Initiative, row: Mapping[str, Any], aliases: Mapping[str, str]) -> RunFacts:
    named = apply_aliases({each[0]: _point(*each) for each in row["metrics"] or []}, aliases)
    return RunFacts(
        id=row["public_id"],
        label=row["label"],
        status=row["status"],
        metrics=named.metrics,
        ambiguous=named.ambiguous,
        params=row["params"],
        tags=row["tags"],
        datasets=tuple(DatasetFact(*each) for each in row["datasets"] or []),
        shared=tuple(SharedData(*each) for each in row["shared"] or []),
        commit=row["commit"],
        ended_at=row["ended_at"],
        url=run_path(initiative, row["public_id"]),
        sample_key=initiative.sample_size_key,
    )


def _point(key: str, value: float | None, special: str, step: int | None, time: str | None) -> MetricPoint:
    """Return a metric; JSON gives 5000.0 as 5000 and moments as texts."""
    number = None if value is None else float(value)
    return MetricPoint(number, special, step=step, time=datetime.fromisoformat(time) if time else None, source=key)
