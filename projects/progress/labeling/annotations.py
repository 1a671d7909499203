"""Annotations as they come from a tool, and which of them count: the newest of each annotator on each task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from projects.progress.labeling.patterns import Pattern, pattern_of

Ratings = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotator's label of one task, the annotator as a pseudonym; a label of None takes theirs back."""

    task: str
    annotator: str
    label: str | None
    time: datetime


def ratings_of(annotations: Iterable[Annotation]) -> dict[str, dict[str, str]]:
    """Return the labels that count, by task and annotator, whatever order they come in and however often.

    The newest counts; of two at one moment the greater label, so that the order says nothing. Tasks whose labels were
    all taken back have no ratings, and are named all the same: they have changed.
    """
    newest: dict[tuple[str, str], Annotation] = {}
    for each in annotations:
        key = (each.task, each.annotator)
        if key not in newest or _age(newest[key]) < _age(each):
            newest[key] = each
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for (task, annotator), each in sorted(newest.items()):
        mine = found[task]
        if each.label is not None:
            mine[annotator] = each.label
    return dict(found)


def task_patterns(ratings: Ratings) -> dict[str, Pattern]:
    """Return the pattern of each task."""
    return {task: pattern_of(by_annotator.values()) for task, by_annotator in ratings.items()}


def _age(annotation: Annotation) -> tuple[datetime, bool, str]:
    return annotation.time, annotation.label is not None, annotation.label or ""
