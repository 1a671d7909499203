"""How far labeling is: tasks by what was done with them, in all and per batch, and labels per class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LabelingCounts:
    """Tasks of a project or a batch at one moment.

    `labeled` have a label and `skipped` were passed over without one; `reviewed` are labeled ones that were looked at
    again. `reviewed` and `skipped` are None where the tool does not say. Raises ValueError for impossible counts.
    """

    total: int
    labeled: int
    reviewed: int | None = None
    skipped: int | None = None
    per_class: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        every = (self.total, self.labeled, self.reviewed or 0, self.skipped or 0, *self.per_class.values())
        if not all(type(each) is int and each >= 0 for each in every):
            raise ValueError("Tasks are counted from 0.")
        if self.labeled + (self.skipped or 0) > self.total:
            raise ValueError("No more tasks are labeled or skipped than there are.")
        if (self.reviewed or 0) > self.labeled:
            raise ValueError("Only labeled tasks are reviewed.")

    @property
    def remaining(self) -> int:
        """Tasks that are neither labeled nor skipped."""
        return self.total - self.labeled - (self.skipped or 0)

    @property
    def done(self) -> float | None:
        """The share of tasks that are labeled or skipped, None without tasks."""
        return 1 - self.remaining / self.total if self.total else None


def merge_labeling(batches: Iterable[LabelingCounts]) -> LabelingCounts:
    """Add batches without common tasks, in any order; what one of them does not say is unknown of the sum."""
    given = list(batches)
    classes: Counter[str] = Counter()
    for each in given:
        classes.update(each.per_class)
    return LabelingCounts(
        sum(each.total for each in given),
        sum(each.labeled for each in given),
        _sum(each.reviewed for each in given),
        _sum(each.skipped for each in given),
        dict(sorted(classes.items())),
    )


def _sum(counts: Iterable[int | None]) -> int | None:
    given = list(counts)
    known = [each for each in given if each is not None]
    return sum(known) if known and len(known) == len(given) else None
