"""What was predicted for which label: counts that merge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts by (label, prediction), in order; pairs that never came are left out.

    Raises ValueError for counts that are not whole or below 1.
    """

    counts: tuple[tuple[str, str, int], ...] = ()

    def __post_init__(self) -> None:
        if not all(type(n) is int and n > 0 for _, _, n in self.counts):
            raise ValueError("Counts of a confusion are whole numbers from 1.")
        if list(self.counts) != sorted(self.counts) or len({each[:2] for each in self.counts}) < len(self.counts):
            raise ValueError("Pairs of label and prediction are distinct and in order.")

    @property
    def n(self) -> int:
        """All cases."""
        return sum(n for _, _, n in self.counts)

    @property
    def classes(self) -> tuple[str, ...]:
        """Every class that is a label or a prediction."""
        return tuple(sorted({name for label, predicted, _ in self.counts for name in (label, predicted)}))

    @property
    def right(self) -> int:
        """Cases whose prediction is the label."""
        return sum(n for label, predicted, n in self.counts if label == predicted)


def confusion_of(labels: Iterable[str], predictions: Iterable[str]) -> Confusion:
    """Count rows. Raises ValueError for columns of unequal length."""
    return confusion_from(Counter(zip(labels, predictions, strict=True)))


def confusion_from(counts: Mapping[tuple[str, str], int]) -> Confusion:
    """Return counts in order, without zeros."""
    return Confusion(tuple(sorted((label, predicted, n) for (label, predicted), n in counts.items() if n)))


def merge_confusions(confusions: Iterable[Confusion]) -> Confusion:
    """Add confusions in any order."""
    sums: Counter[tuple[str, str]] = Counter()
    for each in confusions:
        for label, predicted, n in each.counts:
            sums[label, predicted] += n
    return confusion_from(sums)
