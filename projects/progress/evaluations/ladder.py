"""Right and wrong at each confidence level: all that the accuracy-coverage curve needs."""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from projects.progress.evaluations.levels import ABSTAINED, SCALE, flags_of, levels_of


@dataclass(frozen=True, slots=True)
class Ladder:
    """Counts by distinct level, strictest first; a level without cases is left out.

    Cases in which the model abstained belong to n, and to no level. Raises ValueError for counts that are not
    whole, negative or out of order.
    """

    levels: tuple[int, ...] = ()
    right: tuple[int, ...] = ()
    wrong: tuple[int, ...] = ()
    abstained_right: int = 0
    abstained_wrong: int = 0
    scale: int = SCALE

    def __post_init__(self) -> None:
        every = (*self.levels, *self.right, *self.wrong, self.abstained_right, self.abstained_wrong, self.scale)
        if set(map(type, every)) != {int} or min(every) < 0 or self.scale < 1:
            raise ValueError("Levels and counts are whole numbers from 0.")
        if not len(self.levels) == len(self.right) == len(self.wrong):
            raise ValueError("Each level needs its counts of right and wrong.")
        falling = all(map(operator.gt, self.levels, self.levels[1:]))
        if not falling or (self.levels and self.levels[0] > self.scale):
            raise ValueError("Levels are distinct, from the strictest down, and at most the scale.")
        if not all(map(operator.add, self.right, self.wrong)):
            raise ValueError("A level without cases is left out.")

    @property
    def abstained(self) -> int:
        """In how many cases the model gave no confidence."""
        return self.abstained_right + self.abstained_wrong

    @property
    def answered(self) -> int:
        """How many cases have a confidence."""
        return sum(self.right) + sum(self.wrong)

    @property
    def n(self) -> int:
        """All cases in scope."""
        return self.answered + self.abstained


def ladder_of(confidences: ArrayLike, correct: ArrayLike, scale: int = SCALE) -> Ladder:
    """Count rows. Raises UnusableRow for a row that cannot be counted, ValueError for columns of unequal length."""
    levels, flags = levels_of(confidences, scale), flags_of(correct)
    if levels.shape != flags.shape or levels.ndim != 1:
        raise ValueError("Confidences and correct are two columns of the same length.")
    return counted(levels, flags, scale)


def counted(levels: NDArray[np.int64], right: NDArray[np.bool_], scale: int = SCALE) -> Ladder:
    """Count rows whose levels are known."""
    found, place = np.unique(levels, return_inverse=True)
    rights = np.bincount(place[right], minlength=len(found))
    wrongs = np.bincount(place[~right], minlength=len(found))
    skip = int(found.size > 0 and found[0] == ABSTAINED)
    down, right_down, wrong_down = (tuple(column[skip:][::-1].tolist()) for column in (found, rights, wrongs))
    return Ladder(down, right_down, wrong_down, int(rights[:skip].sum()), int(wrongs[:skip].sum()), scale)


def ladder_from(counts: Iterable[tuple[int, int, int]], scale: int = SCALE) -> Ladder:
    """Sum (level, right, wrong) in any order, where ABSTAINED is the level of no confidence."""
    sums: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for level, right, wrong in counts:
        sums[level][0] += right
        sums[level][1] += wrong
    abstained = sums.pop(ABSTAINED, [0, 0])
    kept = sorted(((level, *both) for level, both in sums.items() if any(both)), reverse=True)
    levels, rights, wrongs = zip(*kept) if kept else ((), (), ())
    return Ladder(levels, rights, wrongs, abstained[0], abstained[1], scale)


def merge_ladders(ladders: Iterable[Ladder], scale: int = SCALE) -> Ladder:
    """Add ladders, in any order. Raises ValueError where the scales differ."""
    given = list(ladders)
    if any(each.scale != scale for each in given):
        raise ValueError("Ladders of different scales cannot be added.")
    levels, right, wrong = (
        np.concatenate([np.array(getattr(each, name), dtype=np.int64) for each in given] or [np.empty(0, np.int64)])
        for name in ("levels", "right", "wrong")
    )
    found, place = np.unique(levels, return_inverse=True)
    sums = np.zeros((2, len(found)), dtype=np.int64)
    np.add.at(sums[0], place, right)
    np.add.at(sums[1], place, wrong)
    down, right_down, wrong_down = (tuple(column[::-1].tolist()) for column in (found, *sums))
    abstained_right = sum(each.abstained_right for each in given)
    abstained_wrong = sum(each.abstained_wrong for each in given)
    return Ladder(down, right_down, wrong_down, abstained_right, abstained_wrong, scale)
