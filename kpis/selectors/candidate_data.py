"""What stands beside a candidate: the newest versions of its data, and runs that were made again like its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from kpis.scoring.aliases import apply_aliases
from kpis.scoring.inputs import Candidate, DatasetFact
from kpis.scoring.points import MetricPoint
from kpis.scoring.reruns import Rerun
from kpis.selectors.paths import run_path
from mltrack.prepared import Prepared
from projects.models import Initiative

# What makes two trainings with the same parameters differ; a rerun may have another.
SEEDS = "ARRAY['seed', 'random_seed', 'random_state']"
BESIDE = Prepared(
    f"""
SELECT
    (SELECT json_agg(json_build_array(row.name, row.digest, row.labels_digest, row.recorded_at)
        ORDER BY row.name) FROM (
        SELECT DISTINCT ON (version.name) version.name, version.digest, version.labels_digest, version.recorded_at
        FROM projects_datasetversion version
        WHERE version.workspace_id = %(workspace)s AND version.name = ANY(%(names)s::text[])
            AND (version.initiative_id = %(initiative)s OR (version.initiative_id IS NULL AND EXISTS (
                SELECT 1 FROM projects_rundataset used JOIN projects_runlink link ON link.run_id = used.run_id
                WHERE used.dataset_id = version.id AND link.initiative_id = %(initiative)s)))
        ORDER BY version.name, version.recorded_at DESC, version.id DESC) row) AS current,
    (SELECT json_agg(row ORDER BY row.ended_at DESC NULLS LAST, row.row_id DESC) FROM (
        SELECT other.id AS row_id, other.public_id AS id, other.ended_at,
            coalesce(nullif(other.name, ''), other.external_id) AS label,
            (SELECT json_object_agg(metric.key, metric.value) FROM projects_metricvalue metric
                WHERE metric.run_id = other.id AND metric.value IS NOT NULL) AS metrics,
            (SELECT json_build_array(its."right", its.n) FROM projects_evaluation its
                JOIN projects_evaluation mine ON mine.public_id = %(evaluation)s AND mine.dataset_id = its.dataset_id
                WHERE its.run_id = other.id AND its.initiative_id = %(initiative)s
                ORDER BY its.at DESC, its.id DESC LIMIT 1) AS counted
        FROM projects_run ours JOIN projects_run other ON other.workspace_id = ours.workspace_id
            AND other."commit" = ours."commit" AND other."commit" <> '' AND other.id <> ours.id
        WHERE ours.public_id = %(run)s AND ours.workspace_id = %(workspace)s
            AND other.status = 'finished' AND other.deleted_at IS NULL
            AND other.params - {SEEDS} = ours.params - {SEEDS}
            AND EXISTS (SELECT 1 FROM projects_runlink WHERE run_id = other.id AND initiative_id = %(initiative)s)
            AND (SELECT array_agg(DISTINCT dataset_id) FROM projects_rundataset WHERE run_id = other.id)
                = (SELECT array_agg(DISTINCT dataset_id) FROM projects_rundataset WHERE run_id = ours.id)
        ORDER BY other.ended_at DESC NULLS LAST, other.id DESC LIMIT 20) row) AS reruns
""",  # noqa: S608  (a constant; the values are parameters)
    workspace="bigint",
    names="text[]",
    initiative="bigint",
    run="text",
    evaluation="text",
)


def beside(
    initiative: Initiative, candidate: Candidate | None, aliases: Mapping[str, str]
) -> tuple[tuple[DatasetFact, ...], tuple[Rerun, ...]]:
    """Return the newest known version of each dataset that the candidate stands on, and its reruns, newest first.

    A rerun is another finished run of the same commit, data and parameters, seeds aside. One statement, none without
    data.
    """
    names = {each.name for each in candidate.datasets} if candidate else set()
    if candidate is None or not names:
        return (), ()
    told = {"run": candidate.run.id, "evaluation": candidate.evaluation.id if candidate.evaluation else ""}
    with connection.cursor() as cursor:
        ids = {"workspace": initiative.workspace_id, "initiative": initiative.pk}
        BESIDE.run(cursor, {**ids, **told, "names": sorted(names)})
        current, reruns = cursor.fetchone() or (None, None)
    facts = tuple(
        DatasetFact(name, digest, labels, recorded_at=datetime.fromisoformat(at))
        for name, digest, labels, at in current or ()
    )
    return facts, tuple(_rerun(initiative, row, aliases) for row in reruns or ())


def _rerun(initiative: Initiative, row: Mapping[str, Any], aliases: Mapping[str, str]) -> Rerun:
    named = apply_aliases({key: MetricPoint(float(value)) for key, value in (row["metrics"] or {}).items()}, aliases)
    values = {key: point.number for key, point in named.metrics.items() if point.number is not None}
    right, n = row["counted"] or (None, None)
    return Rerun(row["id"], row["label"], values, right, n, run_path(initiative, row["id"]))
