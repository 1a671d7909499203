"""What the model does with each group of people, at one threshold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from kpis.scoring.evaluations.curve import point_at
from kpis.scoring.evaluations.share import Share
from projects.progress.evaluations.tally import Tally


@dataclass(frozen=True, slots=True)
class GroupCounts:
    """Counts of one group. All but `n` are about decided cases: those that the threshold accepts.

    The last four need a declared favourable class, and are 0 without one.
    """

    n: int = 0
    decided: int = 0
    right: int = 0
    positives: int = 0
    negatives: int = 0
    true_positives: int = 0
    false_positives: int = 0

    def plus(self, other: GroupCounts) -> GroupCounts:
        """Return the counts of both together."""
        return GroupCounts(
            self.n + other.n,
            self.decided + other.decided,
            self.right + other.right,
            self.positives + other.positives,
            self.negatives + other.negatives,
            self.true_positives + other.true_positives,
            self.false_positives + other.false_positives,
        )

    @property
    def coverage(self) -> Share:
        """Decided of all: whom the model decides, and who waits."""
        return Share(self.decided, self.n)

    @property
    def accuracy(self) -> Share:
        """Right of decided."""
        return Share(self.right, self.decided)

    @property
    def error_rate(self) -> Share:
        """Wrong of decided."""
        return Share(self.decided - self.right, self.decided)

    @property
    def selection_rate(self) -> Share:
        """Selected of decided."""
        return Share(self.true_positives + self.false_positives, self.positives + self.negatives)

    @property
    def true_positive_rate(self) -> Share:
        """Selected of those who deserve it; without such cases it has no value."""
        return Share(self.true_positives, self.positives)

    @property
    def false_positive_rate(self) -> Share:
        """Selected of those who do not deserve it."""
        return Share(self.false_positives, self.negatives)


def group_counts(tally: Tally, threshold: float, columns: Sequence[str] | None = None) -> dict[str, GroupCounts]:
    """Return the counts of each group of these columns together, named "sex=F" or "age=old, sex=F".

    Without `columns` all group columns are crossed. Cases that do not state a value of each are in no group. Raises
    ValueError for a column that the tally does not have.
    """
    wanted = tally.group_columns if columns is None else tuple(columns)
    found = counts_by_values(tally, threshold, wanted)
    return dict(sorted((group_name(wanted, values), counts) for values, counts in found.items()))


def counts_by_values(tally: Tally, threshold: float, columns: Sequence[str]) -> dict[tuple[str, ...], GroupCounts]:
    """Return the counts of each group by its values, one for each of the columns; none without columns.

    Raises ValueError for a column that the tally does not have.
    """
    missing = [column for column in columns if column not in tally.group_columns]
    if missing:
        raise ValueError(f"There is no group column {missing[0]}.")
    places = [tally.group_columns.index(column) for column in columns]
    found: defaultdict[tuple[str, ...], GroupCounts] = defaultdict(GroupCounts)
    for stratum, ladder in tally.strata:
        values = tuple(stratum.groups[place] for place in places)
        if values and all(values):
            point = point_at(ladder, threshold)
            counts = _counts(point.n, point.accepted, point.right, stratum.positive, stratum.selected)
            found[values] = found[values].plus(counts)
    return dict(sorted(found.items()))


def group_name(columns: Sequence[str], values: Sequence[str]) -> str:
    """Return the name of a group: "sex=F", "age=old, sex=F"."""
    return ", ".join(f"{column}={value}" for column, value in zip(columns, values, strict=True))


def _counts(n: int, decided: int, right: int, positive: bool | None, selected: bool | None) -> GroupCounts:
    return GroupCounts(
        n,
        decided,
        right,
        positives=decided if positive else 0,
        negatives=decided if positive is False else 0,
        true_positives=decided if positive and selected else 0,
        false_positives=decided if positive is False and selected else 0,
    )


def groupings(tally: Tally) -> tuple[tuple[str, ...], ...]:
    """Return each group column alone, then their intersections, smaller ones first."""
    columns = tally.group_columns
    return tuple(chosen for size in range(1, len(columns) + 1) for chosen in combinations(columns, size))
