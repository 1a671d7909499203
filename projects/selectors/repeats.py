"""Runs that repeat another with other seeds, and how much chance alone moved their metrics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Final

from projects.models import Initiative, MetricValue, Run, RunDataset
from projects.progress.repeats import Spread, Trial, repeats_of, spreads
from projects.selectors.runs import runs_of

NEWEST: Final = 500


def spreads_around(initiative: Initiative, run: Run, keys: Collection[str]) -> dict[str, Spread]:
    """Return the spread of metrics over the repeats of a run among the newest 500 finished ones, in three queries.

    A repeat differs from it in nothing but the seed: the same params, commit and data.
    """
    recent = (
        runs_of(initiative)
        .filter(status=Run.Status.FINISHED, deleted_at__isnull=True)
        .order_by("-links__ended_at", "-pk")[:NEWEST]
    )
    runs = {each.pk: each for each in [run, *recent]}
    data = dataset_names(list(runs))
    trials = {
        pk: Trial(each.params, each.commit, frozenset(f"{name} {digest}" for name, digest in data[pk].items()))
        for pk, each in runs.items()
    }
    found = repeats_of(trials[run.pk], trials)
    metrics: dict[int, dict[str, float | None]] = {pk: {} for pk in found}
    values = MetricValue.objects.filter(run__in=found, key__in=list(keys)).values_list("run", "key", "value")
    for pk, key, value in values:
        metrics[pk][key] = value
    return spreads(list(metrics.values()), keys)


def dataset_names(run_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Return the digests of each run's datasets by name and context, in one query."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    links = RunDataset.objects.filter(run__in=run_ids).select_related("dataset").order_by("dataset__digest")
    for link in links:
        name = f"{link.dataset.name} ({link.context})" if link.context else link.dataset.name
        earlier = found[link.run_id].get(name)
        found[link.run_id][name] = f"{earlier}, {link.dataset.digest}" if earlier else link.dataset.digest
    return found
