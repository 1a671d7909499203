"""Stored runs as the engine reads them: metrics under their own names, datasets, what makes them repeatable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from kpis.scoring.aliases import apply_aliases
from kpis.scoring.inputs import DatasetFact, RunFacts
from kpis.scoring.points import MetricPoint
from kpis.selectors.paths import run_path
from projects.models import Initiative, MetricValue, Run, RunDataset


def run_facts(initiative: Initiative, run_ids: Collection[int], aliases: Mapping[str, str]) -> dict[int, RunFacts]:
    """Return the facts of some runs by row id, in three queries."""
    metrics: dict[int, dict[str, MetricPoint]] = defaultdict(dict)
    for value in MetricValue.objects.filter(run_id__in=run_ids).order_by("run_id", "key"):
        metrics[value.run_id][value.key] = MetricPoint(
            value.value, value.special, step=value.step, time=value.time, source=value.key
        )
    datasets: dict[int, list[DatasetFact]] = defaultdict(list)
    links = RunDataset.objects.filter(run_id__in=run_ids).select_related("dataset")
    for link in links.order_by("run_id", "dataset__name", "dataset__digest", "context"):
        data = link.dataset
        datasets[link.run_id].append(DatasetFact(data.name, data.digest, data.labels_digest, link.context))
    runs = Run.objects.filter(pk__in=run_ids, workspace=initiative.workspace)
    return {run.pk: _facts(initiative, run, metrics[run.pk], tuple(datasets[run.pk]), aliases) for run in runs}


def _facts(
    initiative: Initiative,
    run: Run,
    metrics: Mapping[str, MetricPoint],
    datasets: tuple[DatasetFact, ...],
    aliases: Mapping[str, str],
) -> RunFacts:
    named = apply_aliases(metrics, aliases)
    return RunFacts(
        id=run.public_id,
        label=run.name or run.external_id,
        status="deleted" if run.deleted_at else run.status,
        metrics=named.metrics,
        ambiguous=named.ambiguous,
        params=run.params,
        tags=run.tags,
        datasets=datasets,
        commit=run.commit,
        ended_at=run.ended_at,
        url=run_path(initiative, run.public_id),
        sample_key=initiative.sample_size_key,
    )
