"""The sufficient statistics of an evaluation: right and wrong per confidence level, slice, group and class.

They are whole numbers and sums: pieces of an upload, of a cluster or of a month add up to what all rows would give,
in any order. Slices and groups keep one value per column, so that single columns and intersections are both sums of
the same counts. An evaluation without confidences states 1 for every case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from projects.progress.evaluations.counts import Column, count, ladders_of, strata_of
from projects.progress.evaluations.ladder import Ladder, ladder_from, merge_ladders
from projects.progress.evaluations.levels import ABSTAINED, SCALE, UnusableRow, flags_of, levels_of
from projects.progress.evaluations.strata import Stratum

__all__ = ["Cell", "Stratum", "Tally", "merge_tallies", "tally_cells", "tally_rows"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One row of the statistics, as SQL counts them; ABSTAINED is the level of no confidence."""

    stratum: Stratum
    level: int
    right: int
    wrong: int


@dataclass(frozen=True)
class Tally:
    """The counts by stratum, in order; a stratum without cases is left out. Sums over strata are made once."""

    slice_columns: tuple[str, ...] = ()
    group_columns: tuple[str, ...] = ()
    strata: tuple[tuple[Stratum, Ladder], ...] = ()
    scale: int = SCALE

    @cached_property
    def n(self) -> int:
        """All cases."""
        return sum(ladder.n for _, ladder in self.strata)

    @cached_property
    def whole(self) -> Ladder:
        """The counts of all cases together."""
        return merge_ladders((ladder for _, ladder in self.strata), self.scale)

    @cached_property
    def by_slice(self) -> Mapping[str, Ladder]:
        """The counts of each slice, named "column=value"; cases that state no value are in none."""
        parts: defaultdict[str, list[Ladder]] = defaultdict(list)
        for stratum, ladder in self.strata:
            for column, value in zip(self.slice_columns, stratum.slices):
                if value:
                    parts[f"{column}={value}"].append(ladder)
        return {name: merge_ladders(parts[name], self.scale) for name in sorted(parts)}

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The counts one row each, in order."""
        return tuple(cell for stratum, ladder in self.strata for cell in _cells(stratum, ladder))


def _cells(stratum: Stratum, ladder: Ladder) -> Iterable[Cell]:
    for level, right, wrong in zip(ladder.levels, ladder.right, ladder.wrong):
        yield Cell(stratum, level, right, wrong)
    if ladder.abstained:
        yield Cell(stratum, ABSTAINED, ladder.abstained_right, ladder.abstained_wrong)


def tally_rows(
    confidences: ArrayLike,
    correct: ArrayLike,
    slices: Mapping[str, Column] | None = None,
    groups: Mapping[str, Column] | None = None,
    positive: ArrayLike | None = None,
    selected: ArrayLike | None = None,
    scale: int = SCALE,
) -> Tally:
    """Count rows given as columns of one length.

    Raises UnusableRow for a row that cannot be counted, ValueError for columns of unequal length or when only one of
    `positive` and `selected` is given.
    """
    if (positive is None) != (selected is None):
        raise ValueError("A favourable class needs both labels and predictions.")
    slices, groups = slices or {}, groups or {}
    levels, right = levels_of(confidences, scale), flags_of(correct)
    columns = [*slices.values(), *groups.values()]
    classes = () if positive is None or selected is None else (flags_of(positive, "label"), flags_of(selected))
    if levels.ndim != 1 or any(len(each) != len(levels) for each in (right, *columns, *classes)):
        raise ValueError("The columns of an evaluation have one length.")
    check_classes(right, *classes)
    strata, place = strata_of(len(levels), list(slices.values()), list(groups.values()), classes)
    found = ladders_of(count(strata, place, levels, right, scale), scale)
    return Tally(tuple(slices), tuple(groups), tuple(found), scale)


def check_classes(right: NDArray[np.bool_], *classes: NDArray[np.bool_]) -> None:
    """Raise UnusableRow where the label and the prediction of the favourable class contradict `right`."""
    if not classes:
        return
    positive, selected = classes
    impossible = ((positive != selected) & right) | (positive & selected & ~right)
    if impossible.any():
        raise UnusableRow(int(impossible.argmax()), "“correct” contradicts the label and the prediction")


def _sorted(
    slice_columns: tuple[str, ...],
    group_columns: tuple[str, ...],
    found: Iterable[tuple[Stratum, Ladder]],
    scale: int,
) -> Tally:
    kept = sorted(((stratum, ladder) for stratum, ladder in found if ladder.n), key=lambda each: each[0].order)
    return Tally(slice_columns, group_columns, tuple(kept), scale)


def tally_cells(
    cells: Iterable[Cell],
    slice_columns: tuple[str, ...] = (),
    group_columns: tuple[str, ...] = (),
    scale: int = SCALE,
) -> Tally:
    """Add cells in any order, repeated ones too. Raises ValueError for a cell that does not fit the columns."""
    sums: defaultdict[Stratum, list[tuple[int, int, int]]] = defaultdict(list)
    for cell in cells:
        if len(cell.stratum.slices) != len(slice_columns) or len(cell.stratum.groups) != len(group_columns):
            raise ValueError("A cell has one value per slice column and group column.")
        if (cell.stratum.positive is None) != (cell.stratum.selected is None):
            raise ValueError("A cell has both a label and a prediction of the favourable class, or neither.")
        if (
            not all(type(each) is int for each in (cell.level, cell.right, cell.wrong))
            or min(cell.right, cell.wrong) < 0
        ):
            raise ValueError("Levels and counts are whole numbers from 0.")
        sums[cell.stratum].append((cell.level, cell.right, cell.wrong))
    found = ((stratum, ladder_from(rows, scale)) for stratum, rows in sums.items())
    return _sorted(slice_columns, group_columns, found, scale)


def merge_tallies(tallies: Iterable[Tally]) -> Tally:
    """Add tallies of the same columns and scale, in any order. Raises ValueError for others, and for none."""
    given = list(tallies)
    shapes = {(each.slice_columns, each.group_columns, each.scale) for each in given}
    if len(shapes) != 1:
        raise ValueError("Tallies that are added have the same slice columns, group columns and scale.")
    sums: defaultdict[Stratum, list[Ladder]] = defaultdict(list)
    for each in given:
        for stratum, ladder in each.strata:
            sums[stratum].append(ladder)
    ((slice_columns, group_columns, scale),) = shapes
    found = ((stratum, merge_ladders(ladders, scale)) for stratum, ladders in sums.items())
    return _sorted(slice_columns, group_columns, found, scale)
