"""How far the labels of each dataset version are: the sums of the batches that are of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Case, Value, When
from django.utils.translation import gettext as _

from kpis.selectors.labeling import LabelingRows, Sums, rows_by_initiative, sums_of
from mltrack.cells import Cell
from projects.access import datasets_of
from projects.models import BatchDataset, DatasetVersion, Initiative, TallyKind
from projects.progress.labeling.counts import LabelingCounts, merge_labeling
from projects.selectors.label_batches import ties_of

OFFERED: Final = 100
COLUMNS: Final = (
    *("dataset", "name", "digest", "batches", "total", "labeled", "reviewed", "skipped", "class", "labeled_of_class"),
)


@dataclass(frozen=True, slots=True)
class DatasetLabels:
    """How far the labels of a dataset version are, and in which batches, by name."""

    version: DatasetVersion
    counts: LabelingCounts
    batches: Sequence[str]


def dataset_labels(ties: Sequence[BatchDataset], sums: Mapping[int, Sums]) -> list[DatasetLabels]:
    """Return the versions that batches are of, newest first; a batch whose tasks are all gone adds none."""
    by_version: defaultdict[DatasetVersion, list[BatchDataset]] = defaultdict(list)
    for each in ties:
        if each.dataset is not None:
            by_version[each.dataset].append(each)
    found = [
        DatasetLabels(
            version,
            merge_labeling(
                sums[each.project_id].batches[each.batch].counts
                for each in its
                if each.project_id in sums and each.batch in sums[each.project_id].batches
            ),
            sorted({each.batch for each in its}),
        )
        for version, its in by_version.items()
    ]
    return sorted(found, key=lambda each: (each.version.recorded_at, each.version.pk), reverse=True)


def labels_by_dataset(initiative: Initiative) -> list[DatasetLabels]:
    """Return the labels of all dataset versions of an initiative, in two queries."""
    return dataset_labels(ties_of(initiative), sums_of([initiative.pk], (TallyKind.STATE, TallyKind.CLASS)))


def labels_of(initiative: Initiative, version: DatasetVersion) -> LabelingCounts | None:
    """Return how far the labels of a version are, None where no batch is of it; one query, or two."""
    ties = ties_of(initiative, version)
    found = dataset_labels(ties, sums_of([initiative.pk], (TallyKind.STATE, TallyKind.CLASS))) if ties else []
    return found[0].counts if found else None


def places_of(rows: LabelingRows) -> list[tuple[str, str]]:
    """Return the batches of each project as a choice; the project is named where there are several."""
    found = []
    for each in rows.projects:
        for name in sorted(rows.sums[each.pk].batches) if each.pk in rows.sums else ():
            words = name or _("no batch named")
            source = each.name or each.external_id or _("pushed")
            several = len(rows.sums) > 1
            found.append((f"{each.public_id}/{name}", f"{source}: {words}" if several else words))
    return found


def batch_places(initiative: Initiative) -> list[tuple[str, str]]:
    """Return the batches of each project as a choice, in four queries."""
    return places_of(rows_by_initiative([initiative], (TallyKind.STATE,))[initiative.pk])


def offered_versions(initiative: Initiative, tied: Collection[int] = ()) -> list[DatasetVersion]:
    """Return the newest hundred versions that a batch may be of, those of `tied` rows before them; one query."""
    first = Case(When(pk__in=tied, then=0), default=1) if tied else Value(1)
    return list(datasets_of(initiative).order_by(first, "-recorded_at", "-id")[: OFFERED + len(tied)])


def ties_in(
    initiative: Initiative, sums: Mapping[int, Sums], *, offer: bool
) -> tuple[list[BatchDataset], list[DatasetVersion]]:
    """Return the ties that sums tell of, and with `offer` the versions that a batch may be of; one query, or none."""
    told = [
        (project, name, each)
        for project, its in sums.items()
        for name, each in its.batches.items()
        if each.named is not None
    ]
    rows = {each.dataset for _project, _name, each in told if each.dataset is not None}
    versions: list[DatasetVersion] = []
    if offer:
        versions = offered_versions(initiative, rows)
    elif rows:
        versions = list(DatasetVersion.objects.filter(pk__in=rows))
    by_row = {each.pk: each for each in versions}
    ties = [
        BatchDataset(project_id=project, batch=name, dataset=by_row.get(each.dataset or 0), named=each.named or "")
        for project, name, each in told
    ]
    return ties, versions


def dataset_label_lines(initiative: Initiative) -> Iterator[Sequence[Cell]]:
    """Yield the labels of all dataset versions as lines below their headings, one for each class."""
    yield COLUMNS
    for each in labels_by_dataset(initiative):
        counts = each.counts
        numbers = (counts.total, counts.labeled, counts.reviewed, counts.skipped)
        head = (each.version.public_id, each.version.name, each.version.digest, " + ".join(each.batches))
        for name, n in counts.per_class.items() or [("", None)]:
            yield (*head, *numbers, name, n)
