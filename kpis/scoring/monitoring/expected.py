"""What a period should bring, from periods before it: a negative binomial whose variance knows that the mean is
estimated.

With n periods of mean m and dispersion φ the variance of the next one about that mean is (m + φ m²) (1 + 1 / n). For
φ = 0 this is the exact conditional test of two Poisson counts: a silent period has the chance (n / (n + 1))^(n m).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.stats import nbinom


@dataclass(frozen=True, slots=True)
class Expected:
    """Counts to come: mean and variance, with an entry per segment. `low` to `high` hold 95 % of them."""

    mean: NDArray[np.float64]
    variance: NDArray[np.float64]

    @property
    def low(self) -> NDArray[np.float64]:
        """The count that 2.5 % of periods stay below."""
        return self._quantile(0.025)

    @property
    def high(self) -> NDArray[np.float64]:
        """The count that 2.5 % of periods exceed."""
        return self._quantile(0.975)

    def chance_of_so_few(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return P(X ≤ count), 1 where nothing is expected, NaN where the count or the mean is not known."""
        size, share = self._shape()
        with np.errstate(invalid="ignore"):
            found = special.betainc(size, np.floor(np.maximum(counts, 0)) + 1, share)
        unknown = np.isnan(counts) | np.isnan(self.mean)
        return np.where(unknown, np.nan, np.where(self.mean > 0, found, 1.0))

    def _quantile(self, level: float) -> NDArray[np.float64]:
        found: NDArray[np.float64] = nbinom.ppf(level, *self._shape())
        return np.where(self.mean > 0, found, np.where(np.isnan(self.mean), np.nan, 0.0))

    def _shape(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        some = self.mean > 0
        mean, variance = np.where(some, self.mean, 1.0), np.where(some, self.variance, 2.0)
        return mean**2 / (variance - mean), mean / variance


def expected(past: NDArray[np.float64], dispersion: float, least: int) -> Expected:
    """Return what comes next in each row; NaN where fewer than `least` counts of the row are known."""
    known = ~np.isnan(past)
    n = known.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n >= max(1, least), np.where(known, past, 0).sum(axis=1) / n, np.nan)
        return Expected(mean, (mean + dispersion * mean**2) * (1 + 1 / n))
