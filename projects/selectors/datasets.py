"""What is known of a dataset version: its splits, what they share, and who uses it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from django.db.models import F, Q

from projects.access import datasets_of
from projects.models import (
    DatasetSplit,
    DatasetVersion,
    Evaluation,
    Initiative,
    RunDataset,
    SplitHashes,
    SplitOverlap,
    VersionOverlap,
)
from projects.progress.datasets.diff import Diff, Version, diff_of
from projects.progress.datasets.row_hashes import of_bytes
from projects.progress.datasets.splits import Overlap, Split

USES: Final = 100
LABEL_SETS: Final = 200


def using_initiatives(version: DatasetVersion) -> list[int]:
    """Return the row ids of the initiatives that a version is one of; one query, or none."""
    if version.initiative_id is not None:
        return [version.initiative_id]
    runs = version.run_links.filter(run__links__isnull=False)
    return list(runs.values_list("run__links__initiative", flat=True).distinct())


def splits_of(version: DatasetVersion) -> list[DatasetSplit]:
    """Return a version's splits in order of reporting; one query."""
    return list(version.splits.order_by("id"))


def overlaps_of(version: DatasetVersion) -> list[SplitOverlap]:
    """Return what a version's splits share, with both of them; one query."""
    return list(version.overlaps.select_related("left", "right").order_by("left_id", "right_id"))


def version_overlaps_of(initiative: Initiative, version: DatasetVersion) -> list[VersionOverlap]:
    """Return what a version that measures shares with the initiative's others, as trained on; one query."""
    found = version.shared_with.filter(trained__in=datasets_of(initiative)).select_related("trained")
    return list(found.order_by("-rows", "trained_id"))


def runs_on(initiative: Initiative, version: DatasetVersion) -> list[RunDataset]:
    """Return the initiative's newest hundred uses of a version by runs that are still there; one query."""
    ours = version.run_links.filter(run__links__initiative=initiative, run__deleted_at__isnull=True)
    return list(ours.select_related("run").order_by(F("run__ended_at").desc(nulls_last=True), "-run_id")[:USES])


def evaluations_on(initiative: Initiative, version: DatasetVersion) -> list[Evaluation]:
    """Return the initiative's newest hundred evaluations on a version; one query."""
    return list(initiative.evaluations.filter(dataset=version).order_by("-at", "-id")[:USES])


def as_overlap(kept: SplitOverlap) -> Overlap:
    """Return a kept overlap as a plain value; its splits are loaded."""
    return Overlap(kept.left.name, kept.right.name, kept.rows, kept.groups)


def as_split(kept: DatasetSplit) -> Split:
    """Return a kept split as a plain value."""
    return Split(kept.name, kept.rows, kept.digest, kept.duplicates, kept.groups, kept.class_counts)


def label_sets_of(initiative: Initiative) -> dict[str, list[str]]:
    """Return the label-set versions of the initiative's data with the names of that data, newest first; one query."""
    told = datasets_of(initiative).exclude(labels_digest="").order_by("-recorded_at", "-id")
    found: dict[str, list[str]] = {}
    for digest, name in told.values_list("labels_digest", "name")[:LABEL_SETS]:
        if name not in found.setdefault(digest, []):
            found[digest].append(name)
    return found


def names_of_labels(initiative: Initiative, labels_digest: str) -> list[str]:
    """Return the names of the initiative's data that has this version of the labels; one query."""
    same = datasets_of(initiative).filter(labels_digest=labels_digest)
    return sorted(set(same.values_list("name", flat=True)))


def previous_of(initiative: Initiative, version: DatasetVersion) -> DatasetVersion | None:
    """Return the version of this name that was recorded before; one query."""
    same = datasets_of(initiative).filter(name=version.name)
    older = Q(recorded_at__lt=version.recorded_at) | Q(recorded_at=version.recorded_at, id__lt=version.pk)
    return same.filter(older).order_by("-recorded_at", "-id").first()


def difference(before: DatasetVersion | None, after: DatasetVersion) -> Diff:
    """Compare two versions, by rows too where hashes of both are kept; two queries."""
    wanted = [each for each in (before, after) if each is not None]
    splits: dict[int, list[DatasetSplit]] = defaultdict(list)
    for each in DatasetSplit.objects.filter(version__in=wanted).order_by("id"):
        splits[each.version_id].append(each)
    kept = dict(SplitHashes.objects.filter(split__version__in=wanted).values_list("split_id", "rows"))
    found = [_comparable(version, splits[version.pk], kept) for version in wanted]
    return diff_of(found[0] if before is not None else Version({}), found[-1])


def _comparable(version: DatasetVersion, splits: list[DatasetSplit], kept: Mapping[int, bytes | memoryview]) -> Version:
    facts: dict[str, str | int | None] = {
        "name": version.name,
        "digest": version.digest,
        "rows": version.rows,
        "size": version.size,
        "files": version.files,
        "schema_digest": version.schema_digest,
        "labels_digest": version.labels_digest,
    }
    hashes = {each.name: of_bytes(kept[each.pk]) for each in splits if each.pk in kept}
    return Version(facts, {each.name: as_split(each) for each in splits}, hashes)
