"""The pages of one dataset version, and of two side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kpis.selectors.datasets import Shared, shared_words
from kpis.selectors.label_datasets import labels_of
from mltrack import formats
from projects.access import datasets_of
from projects.models import DatasetSplit, DatasetVersion, Evaluation, Initiative, RunDataset, VersionOverlap
from projects.progress.datasets.diff import Line
from projects.progress.labeling.counts import LabelingCounts
from projects.selectors.datasets import evaluations_on, overlaps_of, runs_on, splits_of, version_overlaps_of

OTHERS = 50


@dataclass(frozen=True, slots=True)
class VersionPage:
    """A version with its splits, what they share, who used it, and what it may be compared with, newest first.

    `labels` is how far its batches are labeled, None where none is of it; `trained` what it shares with versions that
    models are trained on.
    `classes` are rows of a class by split: its name, and a count, or None, for each split.
    """

    version: DatasetVersion
    splits: Sequence[DatasetSplit]
    shared: Sequence[Shared]
    classes: Sequence[tuple[str, Sequence[int | None]]]
    runs: Sequence[RunDataset]
    evaluations: Sequence[Evaluation]
    others: Sequence[DatasetVersion]
    labels: LabelingCounts | None
    trained: Sequence[VersionOverlap]


@dataclass(frozen=True, slots=True)
class Shown:
    """One fact of two versions in words; `differs` is None where nobody can tell, `change` empty but for numbers."""

    label: str
    before: str
    after: str
    differs: bool | None
    change: str


def version_page(initiative: Initiative, version: DatasetVersion) -> VersionPage:
    """Return what a version's page shows, in eight queries."""
    splits = splits_of(version)
    same = datasets_of(initiative).filter(name=version.name).exclude(pk=version.pk)
    return VersionPage(
        version=version,
        splits=splits,
        shared=shared_words(splits, overlaps_of(version)),
        classes=_classes(splits),
        runs=runs_on(initiative, version),
        evaluations=evaluations_on(initiative, version),
        others=list(same.order_by("-recorded_at", "-id")[:OTHERS]),
        labels=labels_of(initiative, version),
        trained=version_overlaps_of(initiative, version),
    )


def in_words(lines: Iterable[Line], labels: Mapping[str, str]) -> list[Shown]:
    """Return facts of two versions as a table shows them; `labels` names those that are no classes."""
    return [
        Shown(
            label=labels.get(each.name, each.name),
            before=_words(each.before),
            after=_words(each.after),
            differs=each.differs,
            change=formats.delta(float(each.change), 0) if each.change else "",
        )
        for each in lines
    ]


def _words(value: str | int | None) -> str:
    return formats.number(value, 12) if isinstance(value, int) else value or formats.NOTHING


def _classes(splits: Sequence[DatasetSplit]) -> list[tuple[str, list[int | None]]]:
    names = sorted({name for each in splits for name in each.class_counts or ()})
    return [
        (name, [None if each.class_counts is None else each.class_counts.get(name, 0) for each in splits])
        for name in names
    ]
