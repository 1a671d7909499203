"""The sufficient statistics of an evaluation: right and wrong per confidence level, slice, group and class.

They are whole numbers and sums: pieces of an upload, of a cluster or of a month add up to what all rows would give,
in any order. Slices and groups keep one value per column, so that single columns and intersections are both sums of
the same counts. An evaluation without confidences states 1 for every case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from projects.progress.evaluations.ladder import Ladder, counted, ladder_from, merge_ladders
from projects.progress.evaluations.levels import ABSTAINED, SCALE, UnusableRow, flags_of, levels_of

Column = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Stratum:
    """Cases that are alike: a value per slice column and per group column, "" where none is stated.

    `positive` says whether the label is the favourable class, `selected` whether the prediction is; both are None
    where no favourable class was declared.
    """

    slices: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    positive: bool | None = None
    selected: bool | None = None

    @property
    def order(self) -> tuple[object, ...]:
        """What strata are sorted by."""
        return (self.slices, self.groups, str(self.positive), str(self.selected))


@dataclass(frozen=True, slots=True)
class Cell:
    """One row of the statistics, as SQL counts them; ABSTAINED is the level of no confidence."""

    stratum: Stratum
    level: int
    right: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts by stratum, in order; a stratum without cases is left out."""

    slice_columns: tuple[str, ...] = ()
    group_columns: tuple[str, ...] = ()
    strata: tuple[tuple[Stratum, Ladder], ...] = ()
    scale: int = SCALE

    @property
    def n(self) -> int:
        """All cases."""
        return sum(ladder.n for _, ladder in self.strata)

    @property
    def whole(self) -> Ladder:
        """The counts of all cases together."""
        return merge_ladders((ladder for _, ladder in self.strata), self.scale)

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
    _check_classes(right, *classes)
    codes = _combined([*columns, *(flag.tolist() for flag in classes)], len(levels))
    _, first, codes = np.unique(codes, return_index=True, return_inverse=True)
    found = []
    for place, row in enumerate(first.tolist()):
        mine = tuple(column[row] or "" for column in columns)
        marks: list[bool | None] = [bool(flag[row]) for flag in classes] or [None, None]
        here = codes == place
        stratum = Stratum(mine[: len(slices)], mine[len(slices) :], *marks)
        found.append((stratum, counted(levels[here], right[here], scale)))
    return _sorted(tuple(slices), tuple(groups), found, scale)


def _check_classes(right: NDArray[np.bool_], *classes: NDArray[np.bool_]) -> None:
    if not classes:
        return
    positive, selected = classes
    impossible = ((positive != selected) & right) | (positive & selected & ~right)
    if impossible.any():
        raise UnusableRow(int(impossible.argmax()), "“correct” contradicts the label and the prediction")


def _combined(columns: Sequence[Sequence[object]], rows: int) -> NDArray[np.int64]:
    """Return one small code per row, equal where all columns are."""
    codes = np.zeros(rows, dtype=np.int64)
    for column in columns:
        seen: dict[object, int] = {}
        mine = np.array([seen.setdefault(value or "", len(seen)) for value in column], dtype=np.int64)
        codes = np.unique(codes * max(1, len(seen)) + mine, return_inverse=True)[1].astype(np.int64)
    return codes


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


def by_slice(tally: Tally) -> dict[str, Ladder]:
    """Return the counts of each slice, named "column=value"; cases that state no value are in none."""
    parts: defaultdict[str, list[Ladder]] = defaultdict(list)
    for stratum, ladder in tally.strata:
        for column, value in zip(tally.slice_columns, stratum.slices):
            if value:
                parts[f"{column}={value}"].append(ladder)
    return {name: merge_ladders(parts[name], tally.scale) for name in sorted(parts)}
