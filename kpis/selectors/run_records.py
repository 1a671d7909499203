"""The runs of an initiative in the order of their ends: sparklines, and which run was the best so far."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection

from kpis.scoring.targets import Target, higher_is_better
from kpis.selectors.run_targets import Aims
from projects.models import Initiative, MetricValue, RunLink

POINTS = 60

# Of a run that reports a metric under several names the own one counts; others only where they agree.
_RECORDS = """
WITH reported AS (
    SELECT link.run_id, link.ended_at, CASE
        WHEN bool_or(metric.key = %(own)s) THEN max(metric.value) FILTER (WHERE metric.key = %(own)s)
        WHEN count(*) = count(metric.value) AND min(metric.value) = max(metric.value) THEN min(metric.value)
    END * %(sign)s AS merit
    FROM projects_runlink link
    JOIN projects_run run ON run.id = link.run_id
    JOIN projects_metricvalue metric ON metric.run_id = link.run_id AND metric.key = ANY(%(keys)s)
    WHERE link.initiative_id = %(initiative)s AND link.ended_at IS NOT NULL
        AND run.status = 'finished' AND run.deleted_at IS NULL
    GROUP BY link.run_id, link.ended_at
), raced AS (
    SELECT run_id, merit, max(merit) OVER (
        ORDER BY ended_at, run_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS before FROM reported WHERE merit IS NOT NULL
)
SELECT run_id FROM raced WHERE run_id = ANY(%(shown)s) AND (before IS NULL OR merit > before)
"""
_RECORDS_OF_ONE_KEY = """
WITH raced AS (
    SELECT link.run_id, metric.value * %(sign)s AS merit, max(metric.value * %(sign)s) OVER (
        ORDER BY link.ended_at, link.run_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS before
    FROM projects_runlink link
    JOIN projects_run run ON run.id = link.run_id
    JOIN projects_metricvalue metric ON metric.run_id = link.run_id AND metric.key = %(own)s
    WHERE link.initiative_id = %(initiative)s AND link.ended_at IS NOT NULL AND metric.value IS NOT NULL
        AND run.status = 'finished' AND run.deleted_at IS NULL
)
SELECT run_id FROM raced WHERE run_id = ANY(%(shown)s) AND (before IS NULL OR merit > before)
"""


def records_among(initiative: Initiative, run_ids: Collection[int], target: Target, aims: Aims) -> set[int]:
    """Return those of some runs that were better than every finished run before them, in one query.

    The first run that reports the metric is a record; a tie is none.
    """
    keys = aims.keys_of(target)
    values: dict[str, Any] = {
        "initiative": initiative.pk,
        "shown": list(run_ids),
        "own": keys[0],
        "keys": keys,
        "sign": 1 if higher_is_better(target) else -1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECORDS if len(keys) > 1 else _RECORDS_OF_ONE_KEY, values)
        return {int(row[0]) for row in cursor.fetchall()}


def target_series(initiative: Initiative, aims: Aims, most: int = POINTS) -> list[list[float | None]]:
    """Return what the newest finished runs reported on each target, oldest first, in two queries.

    None where a run does not report it as a number.
    """
    links = RunLink.objects.filter(
        initiative=initiative, ended_at__isnull=False, run__status="finished", run__deleted_at__isnull=True
    )
    ids = list(links.order_by("-ended_at", "-run").values_list("run_id", flat=True)[:most])[::-1]
    keys = {key for target in aims.targets for key in aims.keys_of(target)}
    reported: dict[int, dict[str, float | None]] = {each: {} for each in ids}
    for run_id, key, value in MetricValue.objects.filter(run__in=ids, key__in=keys).values_list("run", "key", "value"):
        reported[run_id][key] = value
    return [[reported_value(reported[each], aims.keys_of(target)) for each in ids] for target in aims.targets]


def reported_value(metrics: Mapping[str, float | None], keys: Sequence[str]) -> float | None:
    """Return what a run reports under its metric's own name, the first; others count only where they agree."""
    if keys[0] in metrics:
        return metrics[keys[0]]
    values = {metrics[key] for key in keys if key in metrics}
    return values.pop() if len(values) == 1 else None
