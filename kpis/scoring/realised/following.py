"""How much the errors of a regression follow one another, without the bias of few periods. Pure.

Residuals of a design follow one another less than the errors do, the more so the more the design takes out. Here is
the first-order autocorrelation of errors under which residuals of this very design would follow one another as these
do, in expectation (an exact form of the correction of Kendall 1954, Biometrika 41, 403-404), plus one standard error,
since it is estimated itself.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from kpis.scoring.realised.series import Floats

MOST: Final = 0.95
HALVINGS: Final = 30


def following_covariance(design: Floats, residuals: Floats) -> Floats:
    """Return the covariance of errors of first order: their variance, times a power of their correlation."""
    n = len(residuals)
    basis, _ = np.linalg.qr(design)
    maker = np.eye(n) - basis @ basis.T
    square = float(residuals @ residuals)
    follow = 0.0
    if square > 0:
        beside = maker @ ((np.eye(n, k=1) + np.eye(n, k=-1)) / 2) @ maker
        seen = float(residuals[1:] @ residuals[:-1]) / square
        follow = _solved(diagonals(beside), diagonals(maker), seen)
        follow = min(MOST, follow + math.sqrt((1 - follow**2) / n))
    variance = square / float(diagonals(maker) @ follow ** np.arange(n))
    places = np.arange(n)
    found: Floats = variance * follow ** np.abs(places[:, None] - places[None, :])
    return found


def diagonals(square: Floats) -> Floats:
    """Return the sum of the main diagonal, then of each pair of diagonals beside it, of a symmetric matrix."""
    n = len(square)
    return np.array([np.trace(square), *(2 * np.trace(square, offset=offset) for offset in range(1, n))])


def _solved(beside: Floats, own: Floats, seen: float) -> float:
    """Return the correlation from 0 to 0.95 at which the expected one of residuals is the one that is seen."""
    powers = np.arange(len(own))

    def distance(follow: float) -> float:
        by = follow**powers
        return float(beside @ by) / float(own @ by) - seen

    low, high = 0.0, MOST
    if distance(low) >= 0:
        return low
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if distance(middle) < 0 else (low, middle)
    return low
