"""The data tab: which versions of which data are known, and which runs used them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from kpis.selectors.paths import run_path
from projects.models import DatasetVersion, Initiative, Run, RunDataset

PAGE = 100
RUNS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Use:
    """A run that used a version, as training, validation or test data."""

    run: Run
    context: str
    url: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a dataset: whether it is the newest of its name, how many runs used it, and the newest of them."""

    version: DatasetVersion
    newest: bool
    runs: int
    uses: list[Use]


def dataset_rows(initiative: Initiative) -> list[VersionRow]:
    """Return the newest hundred versions that were reported for the initiative or used by its runs, in two queries."""
    versions = list(_versions(initiative)[:PAGE])
    uses = _uses(initiative, [each.pk for each in versions])
    seen: set[str] = set()
    rows = []
    for version in versions:
        used_by: int = getattr(version, "used_by")  # noqa: B009 -- annotated by the query
        rows.append(VersionRow(version, version.name not in seen, used_by, uses[version.pk]))
        seen.add(version.name)
    return rows


def _versions(initiative: Initiative) -> QuerySet[DatasetVersion]:
    used = RunDataset.objects.filter(dataset=OuterRef("pk"), run__links__initiative=initiative)
    ours = Q(run_links__run__links__initiative=initiative, run_links__run__deleted_at__isnull=True)
    return (
        DatasetVersion.objects.filter(workspace=initiative.workspace)
        .filter(Q(initiative=initiative) | (Q(initiative__isnull=True) & Exists(used)))
        .annotate(used_by=Count("run_links__run", filter=ours, distinct=True))
        .order_by("-recorded_at", "-id")
    )


def _uses(initiative: Initiative, ids: list[int]) -> dict[int, list[Use]]:
    newest = [F("run__links__ended_at").desc(nulls_last=True), F("run_id").desc()]
    ranked = (
        RunDataset.objects.filter(dataset_id__in=ids, run__links__initiative=initiative, run__deleted_at__isnull=True)
        .annotate(place=Window(RowNumber(), partition_by=F("dataset_id"), order_by=newest))
        .filter(place__lte=RUNS_SHOWN)
        .select_related("run")
        .order_by("dataset_id", "place")
    )
    found: dict[int, list[Use]] = defaultdict(list)
    for each in ranked:
        found[each.dataset_id].append(Use(each.run, each.context, run_path(initiative, each.run.public_id)))
    return found
