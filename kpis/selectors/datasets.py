"""The data tab: which versions of which data are known, what their splits share, and who used them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Count, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from kpis.selectors.paths import run_path
from mltrack.cells import Cell
from projects.access import datasets_of
from projects.models import DatasetSplit, DatasetVersion, Evaluation, Initiative, Run, RunDataset, SplitOverlap
from projects.progress.datasets.splits import held_out, role_of

PAGE: Final = 100
RUNS_SHOWN: Final = 3
COLUMNS: Final = (
    *("id", "name", "digest", "rows", "size", "files", "schema_digest", "labels_digest", "uri", "source"),
    *("splits", "duplicates", "leaked_rows", "leaked_groups", "runs", "evaluations", "recorded_at"),
)


@dataclass(frozen=True, slots=True)
class Use:
    """A run that used a version, as training, validation or test data."""

    run: Run
    context: str
    url: str


@dataclass(frozen=True, slots=True)
class Shared:
    """What two splits share: `rows` of `first` that are also in `second`; `leaks` where they were trained on."""

    first: str
    second: str
    rows: int
    groups: int | None
    leaks: bool


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a dataset: whether it is the newest of its name, its splits, and who used it."""

    version: DatasetVersion
    newest: bool
    runs: int
    evaluations: int
    uses: list[Use] = field(default_factory=list)
    splits: list[DatasetSplit] = field(default_factory=list)
    shared: list[Shared] = field(default_factory=list)

    @property
    def duplicates(self) -> int | None:
        """Rows that are there once more within their split; None where no split says."""
        known = [each.duplicates for each in self.splits if each.duplicates is not None]
        return sum(known) if known else None


def dataset_rows(initiative: Initiative) -> list[VersionRow]:
    """Return the newest hundred versions that were reported for the initiative or used by its runs, in four queries."""
    versions = list(_versions(initiative)[:PAGE])
    uses = _uses(initiative, [each.pk for each in versions])
    seen: set[str] = set()
    rows = []
    for version in versions:
        rows.append(_row(version, version.name not in seen, uses[version.pk]))
        seen.add(version.name)
    return rows


def dataset_lines(initiative: Initiative) -> Iterator[Sequence[Cell]]:
    """Yield all versions as lines, newest first, below their headings; three queries for each thousand."""
    yield COLUMNS
    for version in _versions(initiative).iterator(chunk_size=1000):
        row = _row(version, newest=False, uses=[])
        splits = " ".join(f"{each.name}={each.rows}" for each in row.splits)
        yield (
            *(version.public_id, version.name, version.digest, version.rows, version.size, version.files),
            *(version.schema_digest, version.labels_digest, version.uri, version.source, splits, row.duplicates),
            *(version.leaked_rows, version.leaked_groups, row.runs, row.evaluations, version.recorded_at),
        )


def shared_words(splits: Sequence[DatasetSplit], overlaps: Sequence[SplitOverlap]) -> list[Shared]:
    """Return what splits share, of those that measure a model first; pairs that share nothing are told too."""
    names = {each.pk: each.name for each in splits}
    measured = held_out(names.values())
    found = []
    for each in overlaps:
        pair = sorted((names[each.left_id], names[each.right_id]), key=lambda name: (name not in measured, name))
        is_leak = bool(each.rows or each.groups) and pair[0] in measured and role_of(pair[1]) == "train"
        found.append(Shared(pair[0], pair[1], each.rows, each.groups, is_leak))
    return sorted(found, key=lambda each: (not each.leaks, -each.rows, each.first, each.second))


def _row(version: DatasetVersion, newest: bool, uses: list[Use]) -> VersionRow:
    splits = list(version.splits.all())
    counts: tuple[int, int] = (getattr(version, "used_by"), getattr(version, "measured_on"))  # noqa: B009 -- annotated
    return VersionRow(version, newest, *counts, uses, splits, shared_words(splits, list(version.overlaps.all())))


def _versions(initiative: Initiative) -> QuerySet[DatasetVersion]:
    ours = Q(run_links__run__links__initiative=initiative, run_links__run__deleted_at__isnull=True)
    measured = Evaluation.objects.filter(initiative=initiative, dataset=OuterRef("pk")).order_by().values("dataset")
    counted = Subquery(measured.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return (
        datasets_of(initiative)
        .annotate(used_by=Count("run_links__run", filter=ours, distinct=True), measured_on=Coalesce(counted, 0))
        .prefetch_related(Prefetch("splits", DatasetSplit.objects.order_by("id")), "overlaps")
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
