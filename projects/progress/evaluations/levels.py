"""Confidences as whole levels, so that every count is exact and every path counts alike.

A level is the confidence times the scale, rounded half to even, in double precision: rint(confidence * 10000). SQL
engines and data frames say the same with `round_even`, `rint` or "half_to_even".
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

SCALE = 10_000
ABSTAINED = -1
EDGE = 1e-6


class UnusableRow(ValueError):
    """A row that cannot be counted. `row` is its place from 0 in what was given."""

    def __init__(self, row: int, reason: str) -> None:
        super().__init__(f"Row {row}: {reason}")
        self.row = row
        self.reason = reason


def levels_of(confidences: ArrayLike, scale: int = SCALE) -> NDArray[np.int64]:
    """Return the level of each confidence; NaN, which is how a model abstains, becomes ABSTAINED.

    Raises UnusableRow for the first confidence outside 0 to 1.
    """
    values = np.asarray(confidences, dtype=np.float64)
    abstained = np.isnan(values)
    outside = ~abstained & ~((values >= 0) & (values <= 1))
    if outside.any():
        row = int(outside.argmax())
        raise UnusableRow(row, f"the confidence {values[row]:g} does not lie between 0 and 1")
    levels: NDArray[np.int64] = np.rint(np.where(abstained, ABSTAINED / scale, values) * scale).astype(np.int64)
    return levels


def flags_of(values: ArrayLike, what: str = "correct") -> NDArray[np.bool_]:
    """Return yes and no from booleans or from the numbers 0 and 1.

    Raises UnusableRow for the first value that is neither: there are no weights and no half-correct cases.
    """
    given = np.asarray(values)
    if given.dtype == np.bool_:
        return given
    if given.size and given.dtype.kind not in "iuf":
        raise UnusableRow(0, f"“{what}” must be 0 or 1")
    neither = ~((given == 0) | (given == 1))
    if neither.any():
        raise UnusableRow(int(neither.argmax()), f"“{what}” must be 0 or 1")
    return np.asarray(given == 1, dtype=np.bool_)


def strictest_level(threshold: float, scale: int = SCALE) -> int:
    """Return the lowest level that a threshold accepts. Raises ValueError for NaN and infinities."""
    exact = threshold * scale
    if not math.isfinite(exact):
        raise ValueError("A threshold is a finite number.")
    nearest = round(exact)
    return nearest if abs(exact - nearest) < EDGE else math.ceil(exact)
