"""What a period should bring, from periods before it: a negative binomial whose variance knows that the mean is
estimated.

With n periods of mean m and dispersion φ the variance of the next one about that mean is (m + φ m²) (1 + 1 / n). For
φ = 0 this is the exact conditional test of two Poisson counts: a silent period has the chance (n / (n + 1))^(n m).
The chance that nothing comes is exact for every φ: given the sum T of n + 1 periods one of them is beta-binomial with
T, 1 / φ and n / φ. Where φ is not certain, chances are those of each φ, weighted by how likely it is; the interval is
that of one negative binomial with the variance of all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.special import gammaln
from scipy.stats import nbinom

from kpis.scoring.monitoring.dispersion import Dispersions


@dataclass(frozen=True, slots=True)
class Expected:
    """Counts to come: mean and variance, with an entry per segment. `low` to `high` hold 95 % of them.

    `parts` are the variances [segment, φ] that it may have, and how likely each is; None: it is certain. `nothing` is
    the chance of none, where what came before is known.
    """

    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    parts: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
    nothing: NDArray[np.float64] | None = None

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
        variances, weights = self.parts or (self.variance[:, None], np.ones((len(self.mean), 1)))
        size, share = _shape(self.mean[:, None], variances)
        with np.errstate(invalid="ignore"):
            each = special.betainc(size, np.floor(np.maximum(counts, 0))[:, None] + 1, share)
            found = (each * weights).sum(axis=1)
            if self.nothing is not None:
                found = np.where(counts < 1, self.nothing, found)
        unknown = np.isnan(counts) | np.isnan(self.mean)
        return np.where(unknown, np.nan, np.where(self.mean > 0, found, 1.0))

    def _quantile(self, level: float) -> NDArray[np.float64]:
        found: NDArray[np.float64] = nbinom.ppf(level, *_shape(self.mean, self.variance))
        return np.where(self.mean > 0, found, np.where(np.isnan(self.mean), np.nan, 0.0))


def _shape(
    means: NDArray[np.float64], variances: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    some = means > 0
    mean, variance = np.where(some, means, 1.0), np.where(some, variances, 2.0)
    return mean**2 / (variance - mean), mean / variance


def expected(past: NDArray[np.float64], dispersion: float | Dispersions, least: int) -> Expected:
    """Return what comes next in each row; NaN where fewer than `least` counts of the row are known."""
    if not isinstance(dispersion, Dispersions):
        dispersion = Dispersions(np.array([dispersion]), np.ones((len(past), 1)))
    known = ~np.isnan(past)
    n = known.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n >= max(1, least), np.where(known, past, 0).sum(axis=1) / n, np.nan)
        each = (mean[:, None] + dispersion.phi * mean[:, None] ** 2) * (1 + 1 / n)[:, None]
        nothing = (_none(n, mean * n, dispersion.phi) * dispersion.weights).sum(axis=1)
        return Expected(mean, (each * dispersion.weights).sum(axis=1), (each, dispersion.weights), nothing)


def _none(n: NDArray[np.int_], totals: NDArray[np.float64], phi: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each segment and φ the chance that of one more period nothing comes, given the sum of all."""
    n, totals = n[:, None], totals[:, None]
    if not phi.any():
        return (n / (n + 1)) ** totals
    before, after = n / phi, (n + 1) / phi
    logs = gammaln(totals + before) - gammaln(before) - gammaln(totals + after) + gammaln(after)
    found: NDArray[np.float64] = np.exp(np.minimum(logs, 0))
    return found
