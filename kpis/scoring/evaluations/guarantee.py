"""Thresholds chosen on the data with a guarantee: with probability 1 − δ the accuracy of what is accepted holds.

The fixed-sequence test walks a grid that was declared before the data, from strict to loose, each threshold at the
full δ, and stops at the first that fails (Angelopoulos et al. 2021, arXiv:2110.01052). SGR searches the observed
confidences in at most ⌈log2 m⌉ steps, which share δ (Geifman and El-Yaniv 2017, arXiv:1705.08500). Both use the exact
binomial tail. Taking the loosest threshold that merely looks good misses the target in about half of all cases.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from scipy import special

from kpis.scoring.evaluations.binomial import chance_of_so_few
from kpis.scoring.evaluations.curve import CurvePoint, curve, points_at
from kpis.scoring.proportions import DEFAULT_CONFIDENCE, n_without_errors, upper_bound
from projects.progress.evaluations.coverages import Coverages
from projects.progress.evaluations.ladder import Ladder
from projects.progress.evaluations.levels import SCALE

Method = Literal["fixed_sequence", "sgr"]
DEFAULT_STEP = 0.01
DEFAULT_START = 0.2


@dataclass(frozen=True, slots=True)
class Guaranteed:
    """A threshold that holds with the confidence asked for.

    `error_bound` is the upper bound of the error among accepted cases; `p` that of the test, at SGR's share of δ.
    """

    method: Method
    point: CurvePoint
    error_bound: float
    p: float
    confidence: float

    @property
    def coverage(self) -> float:
        """The guaranteed coverage: the share accepted at this threshold."""
        return self.point.accepted / self.point.n


def declared_grid(step: float = DEFAULT_STEP) -> tuple[float, ...]:
    """Return the thresholds from 1 down to 0 in equal steps; to be kept with the target before the evaluation.

    Raises ValueError when 1 is no whole number of steps, or when they are finer than confidences, which have four
    decimals.
    """
    steps = round(1 / step) if step * SCALE >= 1 else 0
    if steps < 1 or abs(steps * step - 1) > 1e-9:
        raise ValueError("The step of a grid divides 1.")
    return tuple(place / steps for place in range(steps, -1, -1))


def fixed_sequence(
    ladder: Ladder,
    accuracy: float,
    confidence: float = DEFAULT_CONFIDENCE,
    grid: Sequence[float] | None = None,
    start: float = DEFAULT_START,
    least: int = 0,
) -> Guaranteed | None:
    """Return the loosest threshold of the grid that the walk reaches, None when it fails at once.

    The walk begins at the first threshold that accepts a share `start` of all cases, `least` cases, and as many as
    an errorless result needs to prove the accuracy; this looks at confidences alone. Raises ValueError for a grid
    that does not fall.
    """
    thresholds = declared_grid() if grid is None else tuple(grid)
    if any(a <= b for a, b in pairwise(thresholds)):
        raise ValueError("A grid goes from the strictest threshold down.")
    needed = max(start * ladder.n, least, n_without_errors(accuracy, confidence))
    reached: Guaranteed | None = None
    for point in points_at(ladder, thresholds):
        if point.accepted < needed:
            continue
        p = chance_of_so_few(point.wrong, point.accepted, 1 - accuracy)
        if p > 1 - confidence:
            break
        bound = upper_bound(point.wrong, point.accepted, confidence)
        reached = Guaranteed("fixed_sequence", point, bound, p, confidence)
    return reached


def guaranteed_share(
    found: Coverages, n: int, accuracy: float, confidence: float = DEFAULT_CONFIDENCE, least: int = 0
) -> float:
    """Return the coverage that the same walk proves on the whole percents of coverage, 0 where it fails at once.

    The steps follow from confidences alone, so that they too are declared before the labels are looked at; the walk
    begins where that on a grid does. `n` counts all cases.
    """
    needed = max(DEFAULT_START * n, least, n_without_errors(accuracy, confidence))
    steps = [(decided, right) for decided, right in zip(found.decided, found.right) if decided >= needed]
    decided, right = np.array(steps, dtype=np.float64).reshape(-1, 2).T
    chances = np.where(right == 0, 1.0, special.betainc(np.maximum(right, 1), decided - right + 1, accuracy))
    failed = np.flatnonzero(chances > 1 - confidence)
    proven = failed[0] if failed.size else len(steps)
    return float(decided[proven - 1] / n) if proven else 0.0


def sgr(ladder: Ladder, accuracy: float, confidence: float = DEFAULT_CONFIDENCE) -> Guaranteed | None:
    """Return the threshold that the binary search ends on, None when no step of it holds."""
    if not 0 < accuracy < 1:
        raise ValueError("A target that cases can prove lies between 0 and 1.")
    points, answered = curve(ladder), ladder.answered
    steps = max(1, math.ceil(math.log2(answered))) if answered else 0
    accepted = [point.accepted for point in points]
    reached: Guaranteed | None = None
    low, high = 1, answered
    for _ in range(steps):
        middle = (low + high + 1) // 2
        point = points[bisect.bisect_left(accepted, answered - middle + 1)]
        p = chance_of_so_few(point.wrong, point.accepted, 1 - accuracy)
        if p <= (1 - confidence) / steps:
            bound = upper_bound(point.wrong, point.accepted, 1 - (1 - confidence) / steps)
            if reached is None or point.accepted > reached.point.accepted:
                reached = Guaranteed("sgr", point, bound, p, confidence)
            high = middle
        else:
            low = middle
    return reached
