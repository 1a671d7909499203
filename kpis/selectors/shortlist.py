"""The few runs among which the best one is: ranked in the database, whatever the number of runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from scipy import special

from kpis.scoring.sampling import metric_key
from kpis.scoring.targets import Target, accepted, higher_is_better
from projects.models import Initiative

SHORTLIST = 20
AT_COVERAGE = r"^accuracy@(?:coverage[=_]?)?(0?\.[0-9]{1,12}|1\.0{1,12})$"
WHOLE = r"^\s*([0-9]{1,15})(?:\.0{1,15})?\s*$"

# `reported` holds only the metrics that targets ask for. Where two other names of a metric differ nothing stands.
# `sure` uses Wilson's bound in place of the exact one, which the engine computes on the shortlist.
RANKED = """
WITH asked AS (
    SELECT * FROM unnest(%(asked_target)s::int[], %(asked_key)s::text[], %(asked_own)s::bool[]) AS a (target, key, own)
), goal AS (
    SELECT * FROM unnest(%(target)s::int[], %(role)s::text[], %(low)s::float8[], %(high)s::float8[],
        %(low_open)s::bool[], %(high_open)s::bool[], %(proportion)s::bool[], %(z)s::float8[], %(minimum)s::int[],
        %(sign)s::int[], %(n_key)s::text[], %(sample_key)s::text[])
        AS g (target, role, low, high, low_open, high_open, proportion, z, minimum, sign, n_key, sample_key)
), linked AS MATERIALIZED (
    SELECT run.id, run.ended_at, run.public_id, run.params, run.tags,
        coalesce(nullif(run.tags ->> 'threshold', ''), run.params ->> 'threshold', '') AS threshold
    FROM projects_runlink link JOIN projects_run run ON run.id = link.run_id
    WHERE link.initiative_id = %(initiative)s AND run.status = 'finished' AND run.deleted_at IS NULL
), reported AS MATERIALIZED (
    SELECT metric.run_id, metric.key, metric.value
    FROM linked JOIN projects_metricvalue metric ON metric.run_id = linked.id
    WHERE metric.key = ANY(%(keys)s::text[]) OR metric.key LIKE 'accuracy@%%'
), named AS (
    SELECT run_id, target, CASE
        WHEN bool_or(own) THEN max(value) FILTER (WHERE own)
        WHEN count(*) = count(value) AND min(value) = max(value) THEN min(value)
    END AS value
    FROM reported JOIN asked USING (key) GROUP BY run_id, target
), declared AS (
    SELECT run_id, bool_or(key = 'accuracy@coverage') AS beside,
        max(value) FILTER (WHERE key = 'accuracy@coverage') AS beside_accuracy,
        count(*) FILTER (WHERE key ~ %(pattern)s) AS points,
        max(value) FILTER (WHERE key ~ %(pattern)s) AS accuracy,
        max(substring(key FROM %(pattern)s)::float8) AS coverage
    FROM reported WHERE key LIKE 'accuracy@%%' GROUP BY run_id
), observed AS (
    SELECT linked.id, linked.ended_at, linked.public_id, goal.*,
        CASE
            WHEN goal.role = '' OR linked.threshold <> '' THEN named.value
            WHEN declared.beside AND goal.role = 'accuracy' THEN declared.beside_accuracy
            WHEN declared.beside THEN named.value
            WHEN declared.points = 1 AND goal.role = 'accuracy' THEN declared.accuracy
            WHEN declared.points = 1 THEN declared.coverage
            WHEN goal.role = 'accuracy' THEN named.value
        END AS value,
        coalesce(own_n.value, shared_n.value,
            substring(linked.params ->> goal.sample_key FROM %(whole)s)::float8,
            substring(linked.tags ->> goal.sample_key FROM %(whole)s)::float8
        ) AS n
    FROM linked CROSS JOIN goal
    LEFT JOIN named ON named.run_id = linked.id AND named.target = goal.target
    LEFT JOIN declared ON declared.run_id = linked.id
    LEFT JOIN reported own_n ON own_n.run_id = linked.id AND own_n.key = goal.n_key
    LEFT JOIN reported shared_n ON shared_n.run_id = linked.id AND shared_n.key = goal.sample_key
), judged AS (
    SELECT id, ended_at, public_id, target, sign * value AS merit,
        coalesce(({holds}), false) AS near,
        coalesce(({sure}) AND (n >= minimum OR (minimum = 0 AND NOT proportion)), false) AS sure
    FROM observed
)
SELECT id FROM judged GROUP BY id, ended_at, public_id
ORDER BY count(*) FILTER (WHERE sure) DESC, count(*) FILTER (WHERE near) DESC,
    max(merit) FILTER (WHERE target = 0) DESC NULLS LAST, ended_at DESC NULLS LAST, public_id DESC
LIMIT %(limit)s
"""
_INSIDE = (
    "(CASE WHEN low_open THEN {low} > low ELSE {low} >= low END)"
    " AND (CASE WHEN high_open THEN {high} < high ELSE {high} <= high END)"
)
_BOUND = (
    "(CASE WHEN proportion AND value BETWEEN 0 AND 1 AND n BETWEEN 1 AND 1e15 THEN"
    " (value + z * z / (2 * n) {sign} z * sqrt(value * (1 - value) / n + z * z / (4 * n * n))) / (1 + z * z / n)"
    " ELSE value END)"
)
BEST = RANKED.format(
    holds=_INSIDE.format(low="value", high="value"),
    sure=_INSIDE.format(low=_BOUND.format(sign="-"), high=_BOUND.format(sign="+")),
)


def shortlist(initiative: Initiative, targets: Sequence[Target], aliases: Mapping[str, str]) -> list[int]:
    """Return the row ids of at most twenty runs that lead under the targets, in one query.

    Those that meet most targets by bound, then by point, then the best first target, then the last to end.
    """
    if not targets:
        return newest(initiative)
    with connection.cursor() as cursor:
        cursor.execute(BEST, _values(initiative, targets, aliases))
        return [int(row[0]) for row in cursor.fetchall()]


LATEST = """
SELECT id FROM (
    (SELECT run.id, 0 AS place FROM projects_runlink link JOIN projects_run run ON run.id = link.run_id
     WHERE link.initiative_id = %(initiative)s AND link.ended_at IS NOT NULL
        AND run.status = 'finished' AND run.deleted_at IS NULL
     ORDER BY link.ended_at DESC, link.run_id DESC LIMIT 1)
    UNION ALL
    (SELECT run.id, 1 FROM projects_runlink link JOIN projects_run run ON run.id = link.run_id
     WHERE link.initiative_id = %(initiative)s AND link.ended_at IS NULL
        AND run.status = 'finished' AND run.deleted_at IS NULL
     ORDER BY link.run_id DESC LIMIT 1)
) AS found ORDER BY place LIMIT 1
"""


def newest(initiative: Initiative) -> list[int]:
    """Return the row id of the finished run that ended last, an empty list without one."""
    with connection.cursor() as cursor:
        cursor.execute(LATEST, {"initiative": initiative.pk})
        return [int(row[0]) for row in cursor.fetchall()]


def _values(initiative: Initiative, targets: Sequence[Target], aliases: Mapping[str, str]) -> dict[str, Any]:
    sample = initiative.sample_size_key
    asked = [
        (place, metric_key(name, target.slice), name == target.metric)
        for place, target in enumerate(targets)
        for name in (target.metric, *(alias for alias, metric in aliases.items() if metric == target.metric))
    ]
    ends = [accepted(target) for target in targets]
    own = [metric_key(target.metric, target.slice) + "_n" for target in targets]
    shared = [metric_key(sample, target.slice) for target in targets]
    return {
        "initiative": initiative.pk,
        "limit": SHORTLIST,
        "pattern": AT_COVERAGE,
        "whole": WHOLE,
        "asked_target": [place for place, _, _ in asked],
        "asked_key": [key for _, key, _ in asked],
        "asked_own": [mine for _, _, mine in asked],
        "keys": sorted({key for _, key, _ in asked} | set(own) | set(shared)),
        "target": list(range(len(targets))),
        "role": [_role(target) for target in targets],
        "low": [end.low for end in ends],
        "high": [end.high for end in ends],
        "low_open": [end.low_open for end in ends],
        "high_open": [end.high_open for end in ends],
        "proportion": [target.is_proportion for target in targets],
        "z": [float(special.ndtri(target.sure)) for target in targets],
        "minimum": [target.minimum_n or 0 for target in targets],
        "sign": [1 if higher_is_better(target) else -1 for target in targets],
        "n_key": own,
        "sample_key": shared,
    }


def _role(target: Target) -> str:
    return target.metric if target.metric in ("accuracy", "coverage") and not target.slice else ""
