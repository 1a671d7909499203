"""What a list of runs can show and be narrowed by, read from what occurs in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import connection as database
from django.db.models import QuerySet

from projects.models import Connection, Initiative, MetricValue, Run, RunLink

NEWEST: Final = 500
"""Choices are read from so many newest runs, so that a long history does not slow the page."""
MOST_COUNTED: Final = 10_000

_KEYS = """
SELECT DISTINCT 'param' AS kind, jsonb_object_keys(params) AS key, '' AS name FROM projects_run WHERE id = ANY(%(ids)s)
UNION ALL
SELECT DISTINCT 'tag', jsonb_object_keys(tags), '' FROM projects_run WHERE id = ANY(%(ids)s)
UNION ALL
SELECT DISTINCT 'experiment', experiment_id, experiment_name FROM projects_run
WHERE id = ANY(%(ids)s) AND experiment_id <> ''
ORDER BY kind, name, key LIMIT 2000
"""


@dataclass(frozen=True, slots=True)
class RunChoices:
    """Keys of metrics, params and tags that occur, experiments and connections as (id, name)."""

    metrics: list[str]
    params: list[str]
    tags: list[str]
    experiments: list[tuple[str, str]]
    connections: list[tuple[str, str]]

    @property
    def columns(self) -> list[str]:
        """Every column that can be chosen, in the words of `choose_columns`; what a tracker tags by itself is last."""
        named = [*(f"metric:{key}" for key in self.metrics), *(f"param:{key}" for key in self.params)]
        return [*named, *(f"tag:{key}" for key in sorted(self.tags, key=lambda key: (key.startswith("mlflow."), key)))]


def run_choices(initiative: Initiative) -> RunChoices:
    """Return what occurs in the newest runs of an initiative, in four queries."""
    links = RunLink.objects.filter(initiative=initiative).order_by("-ended_at", "-run")
    ids = list(links.values_list("run_id", flat=True)[:NEWEST])
    metrics = MetricValue.objects.filter(run__in=ids).order_by("key").values_list("key", flat=True)
    with database.cursor() as cursor:
        cursor.execute(_KEYS, {"ids": ids})
        found = cursor.fetchall()
    sources = Connection.objects.filter(workspace=initiative.workspace_id, selection_rules__initiative=initiative)
    return RunChoices(
        metrics=list(metrics.distinct()[:300]),
        params=[key for kind, key, _ in found if kind == "param"][:300],
        tags=[key for kind, key, _ in found if kind == "tag"][:300],
        experiments=[(key, name or key) for kind, key, name in found if kind == "experiment"],
        connections=list(sources.order_by("name").distinct().values_list("public_id", "name")),
    )


def count_of(runs: QuerySet[Run]) -> tuple[int, bool]:
    """Return how many runs there are, up to ten thousand, and whether there are more."""
    found = runs.order_by()[: MOST_COUNTED + 1].count()
    return min(found, MOST_COUNTED), found > MOST_COUNTED
