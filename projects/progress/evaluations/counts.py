"""Counts of many rows as columns of numbers: how tallies are counted and added at any size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projects.progress.evaluations.ladder import Ladder
from projects.progress.evaluations.levels import ABSTAINED, SCALE
from projects.progress.evaluations.strata import Stratum

Column = Sequence[str | None]
_WIDEST = 2**40


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Cells by the place of their stratum, then by level: ABSTAINED first, then from the lowest up. No cell is empty.

    `strata` are distinct and in order; the four columns are of one length.
    """

    strata: tuple[Stratum, ...]
    place: NDArray[np.int64]
    level: NDArray[np.int64]
    right: NDArray[np.int64]
    wrong: NDArray[np.int64]


def strata_of(
    rows: int,
    slices: Sequence[Column],
    groups: Sequence[Column],
    classes: Sequence[NDArray[np.bool_]] = (),
) -> tuple[tuple[Stratum, ...], NDArray[np.int64]]:
    """Return the distinct strata in order, and for each row the place of its own.

    `classes` are none, or whether the label and the prediction are the favourable class.
    """
    codes, columns = np.zeros(rows, dtype=np.int64), [*slices, *groups]
    width = 1
    for mine, most in [*map(_coded, columns), *((flags.astype(np.int64), 2) for flags in classes)]:
        if width * most > _WIDEST:
            codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
            width = rows
        codes, width = codes * max(1, most) + mine, width * max(1, most)
    _, first, codes = np.unique(codes, return_index=True, return_inverse=True)
    found = [_stratum(row, columns, len(slices), classes) for row in first.tolist()]
    order = sorted(range(len(found)), key=lambda each: found[each].order)
    place = np.empty(len(found), dtype=np.int64)
    place[order] = np.arange(len(found))
    return tuple(found[each] for each in order), place[codes]


def _coded(column: Column) -> tuple[NDArray[np.int64], int]:
    """Return a small code per row, equal where the values are, and how many there are."""
    seen: dict[str, int] = {}
    places = {value: seen.setdefault(value or "", len(seen)) for value in dict.fromkeys(column)}
    return np.fromiter(map(places.__getitem__, column), dtype=np.int64, count=len(column)), len(seen)


def _stratum(row: int, columns: Sequence[Column], slices: int, classes: Sequence[NDArray[np.bool_]]) -> Stratum:
    mine = tuple(column[row] or "" for column in columns)
    marks: list[bool | None] = [bool(flags[row]) for flags in classes] or [None, None]
    return Stratum(mine[:slices], mine[slices:], *marks)


def count(
    strata: tuple[Stratum, ...],
    place: NDArray[np.int64],
    levels: NDArray[np.int64],
    right: NDArray[np.bool_],
    scale: int = SCALE,
) -> Counts:
    """Count rows whose strata and levels are known."""
    cells, row = np.unique(place * (scale + 2) + (levels - ABSTAINED), return_inverse=True)
    rights = np.bincount(row[right], minlength=len(cells))
    wrongs = np.bincount(row[~right], minlength=len(cells))
    return Counts(strata, cells // (scale + 2), cells % (scale + 2) + ABSTAINED, rights, wrongs)


def merge_counts(parts: Sequence[Counts], scale: int = SCALE) -> tuple[Counts, list[NDArray[np.int64]]]:
    """Add counts in any order; return the sum, and for each part the places that its strata have in it."""
    strata = sorted({stratum for part in parts for stratum in part.strata}, key=lambda each: each.order)
    places = {stratum: place for place, stratum in enumerate(strata)}
    moved = [np.array([places[each] for each in part.strata], dtype=np.int64) for part in parts]
    empty = [np.empty(0, dtype=np.int64)]
    keys = [new[part.place] * (scale + 2) + (part.level - ABSTAINED) for part, new in zip(parts, moved)]
    cells, cell = np.unique(np.concatenate(keys or empty), return_inverse=True)
    right, wrong = np.zeros(len(cells), dtype=np.int64), np.zeros(len(cells), dtype=np.int64)
    np.add.at(right, cell, np.concatenate([part.right for part in parts] or empty))
    np.add.at(wrong, cell, np.concatenate([part.wrong for part in parts] or empty))
    return Counts(tuple(strata), cells // (scale + 2), cells % (scale + 2) + ABSTAINED, right, wrong), moved


def ladders_of(counts: Counts, scale: int = SCALE) -> Iterable[tuple[Stratum, Ladder]]:
    """Return each stratum that has cases with its ladder, in order."""
    ends = np.searchsorted(counts.place, np.arange(len(counts.strata) + 1))
    for stratum, start, end in zip(counts.strata, ends[:-1].tolist(), ends[1:].tolist()):
        if start < end:
            here = slice(start, end)
            yield stratum, _ladder(counts.level[here], counts.right[here], counts.wrong[here], scale)


def _ladder(levels: NDArray[np.int64], right: NDArray[np.int64], wrong: NDArray[np.int64], scale: int) -> Ladder:
    skip = int(levels[0] == ABSTAINED)
    down, rights, wrongs = (tuple(column[skip:][::-1].tolist()) for column in (levels, right, wrong))
    return Ladder(down, rights, wrongs, int(right[:skip].sum()), int(wrong[:skip].sum()), scale)
