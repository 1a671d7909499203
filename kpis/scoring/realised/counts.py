"""The change of a count as a ratio: log-linear regression with the dispersion that the counts show. Pure.

The model is a quasi-Poisson one (McCullagh and Nelder 1989, chapter 9) with a trend and a step at the change, fitted by
iteratively reweighted least squares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from kpis.scoring.realised.regression import Estimate
from kpis.scoring.realised.seasons import season_columns
from kpis.scoring.realised.series import Floats, NotCredible, Parted

STEPS: Final = 50
CLOSE: Final = 1e-10
FARTHEST: Final = 200.0


@dataclass(frozen=True, slots=True)
class CountFit:
    """Coefficients on the logarithm, their covariance at dispersion 1, and the dispersion (Pearson's χ² over n − k)."""

    coefficients: Floats
    covariance: Floats
    dispersion: float

    def ratio(self, place: int, *, poisson: bool = False) -> Estimate:
        """Return the factor of a column with its 95 % interval; `poisson` takes the counts at their word."""
        spread = 1.0 if poisson else self.dispersion
        half = float(special.ndtri(0.975)) * float(np.sqrt(self.covariance[place, place] * spread))
        middle = float(self.coefficients[place])
        return Estimate(*(float(np.exp(each)) for each in (middle, middle - half, middle + half)))


def fit_counts(design: Floats, counts: Floats, exposure: Floats) -> CountFit:
    """Fit counts of at least 0 by the columns of a design, per unit of exposure.

    Raises NotCredible where the columns cannot be told apart or no fit is found.
    """
    n, k = design.shape
    if n <= k or np.linalg.matrix_rank(design) < k or counts.sum() <= 0:
        raise NotCredible("there are too few counts to tell the change from the trend")
    offset = np.log(exposure)
    mean = (counts + counts.mean()) / 2
    coefficients = np.zeros(k)
    for _step in range(STEPS):
        linear = np.log(mean) - offset + (counts - mean) / mean
        inverse = np.linalg.inv(design.T @ (design * mean[:, None]))
        found = inverse @ design.T @ (mean * linear)
        mean = np.exp(np.clip(design @ found + offset, -FARTHEST, FARTHEST))
        moved = float(np.abs(found - coefficients).max())
        coefficients = found
        if moved < CLOSE:
            inverse = np.linalg.inv(design.T @ (design * mean[:, None]))
            return CountFit(coefficients, inverse, float(((counts - mean) ** 2 / mean).sum() / (n - k)))
    raise NotCredible("the counts fit no trend with a step")


def count_fit(parted: Parted, exposure: Floats, period: str = "") -> CountFit:
    """Fit counts by a trend and a step at the change (column 2), per unit of exposure, with the season of a period.

    `exposure` is that of each period with a reading. Raises NotCredible.
    """
    waves, _season = season_columns(parted.places, period, parted.n_before)
    design = np.column_stack([np.ones(len(parted.places)), parted.places, parted.after, waves])
    return fit_counts(design, parted.values, exposure)


def are_counts(values: Floats) -> bool:
    """Say whether values are whole and at least 0, as counts are, and not all 0."""
    return bool(len(values) and (values >= 0).all() and (values == np.round(values)).all() and values.max() > 0)
