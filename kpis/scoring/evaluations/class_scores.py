"""Precision, recall and F1 of each class, from the counts of a confusion."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from kpis.scoring.evaluations.share import Share
from projects.progress.evaluations.confusion import Confusion


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One class: right of those predicted so, right of those that are so, and their harmonic mean."""

    precision: Share
    recall: Share
    f1: float


def class_scores(confusion: Confusion) -> dict[str, ClassScore]:
    """Return precision, recall and F1 of each class; a class that was never predicted has no precision."""
    labelled: Counter[str] = Counter()
    predicted_so: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for label, predicted, n in confusion.counts:
        labelled[label] += n
        predicted_so[predicted] += n
        right[label] += n if label == predicted else 0
    return {
        name: ClassScore(
            Share(right[name], predicted_so[name]),
            Share(right[name], labelled[name]),
            2 * right[name] / (labelled[name] + predicted_so[name]),
        )
        for name in confusion.classes
    }


def balanced_accuracy(confusion: Confusion) -> float | None:
    """Return the mean recall over the classes that are labels, None without cases."""
    recalls = [each.recall.rate for each in class_scores(confusion).values() if each.recall.rate is not None]
    return sum(recalls) / len(recalls) if recalls else None
