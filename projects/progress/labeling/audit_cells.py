"""An audit as counts: labeled tasks by stratum and class, and how many of them were looked at again and wrong.

A sample that was not labeled again to its end is a smaller sample of the same seed, as long as its tasks were taken in
the order of drawing. So in each stratum the relabels before the first task without one count, and those after it do
not: whoever skips what is hard would make labels look better than they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from projects.progress.labeling.audit_sample import AuditSample, Sampled


@dataclass(frozen=True, slots=True)
class AuditCell:
    """Labeled tasks of a class in a stratum: how many there are, were looked at again, and were wrong."""

    stratum: str
    label: str
    size: int
    n: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Relabeled:
    """A task of the sample; `relabel` is None until it is labeled again, "" where nobody can tell its class."""

    stratum: str
    label: str
    relabel: str | None

    @property
    def is_wrong(self) -> bool:
        """Say whether the second look did not find the first label; one that nobody can tell is not confirmed."""
        return self.relabel is not None and self.relabel != self.label


def cells_of(population: Iterable[tuple[str, str]]) -> tuple[AuditCell, ...]:
    """Return the cells of labeled tasks, each given as (stratum, class), in order."""
    return tuple(AuditCell(*key, size) for key, size in sorted(Counter(population).items()))


def counted_cells(cells: Iterable[AuditCell], tasks: Iterable[Relabeled]) -> tuple[AuditCell, ...]:
    """Return the cells with what counts of a sample, whose tasks come in the order of their numbers."""
    ended: set[str] = set()
    looked: Counter[tuple[str, str]] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    for each in tasks:
        if each.relabel is None:
            ended.add(each.stratum)
        elif each.stratum not in ended:
            looked[each.stratum, each.label] += 1
            wrong[each.stratum, each.label] += each.is_wrong
    return tuple(
        AuditCell(
            each.stratum, each.label, each.size, looked[each.stratum, each.label], wrong[each.stratum, each.label]
        )
        for each in cells
    )


def numbered(sample: AuditSample) -> tuple[Sampled, ...]:
    """Return the tasks of a sample in the order in which they are to be labeled again.

    It goes through all strata in proportion, so that a sample that is not finished has seen each; within a stratum it
    is the order of drawing.
    """
    sizes = {each.name: each.n for each in sample.strata}
    seen: Counter[str] = Counter()
    placed: list[tuple[float, Sampled]] = []
    for each in sample.tasks:
        placed.append(((seen[each.stratum] + 0.5) / sizes[each.stratum], each))
        seen[each.stratum] += 1
    return tuple(each for _, each in sorted(placed, key=lambda pair: (pair[0], pair[1].stratum)))
