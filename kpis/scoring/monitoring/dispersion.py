"""How much counts vary beyond chance: pooled over segments, and how much segments differ in it.

Counts of a segment have variance m + φ m². For the φ of all together Pearson's statistic is set to what it is expected
to be (Breslow 1984, Applied Statistics 33, 38-44); that expectation given the sums of the segments is exact here: for n
counts whose mean is m, E Σ (x − m)² / m = (n − 1) (1 + φ m) / (1 + φ / n), by the moments of the Dirichlet-multinomial
distribution.

Where segments differ, the φ of one follows a gamma distribution about that of all, whose coefficient of variation is
the likeliest (empirical Bayes: Efron and Morris 1973, JASA 68, 117-130); the more segments there are, the more of the
shape is theirs. What a segment's own counts say of its φ is exact as well: given their sum they are Dirichlet-
multinomial, whatever their mean. Where segments do not differ, the likeliest coefficient is 0, and each has the φ of
all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gammaln
from scipy.stats import chi2
from scipy.stats import gamma as gamma_distribution

MOST: Final = 100.0
"""No φ above is told apart: at this one nearly every period is empty."""
CAUTION: Final = 0.1
"""The upper bound of φ at 90 % is taken, which matters where few counts are known."""
STEPS: Final = 2.0 ** (np.arange(-18, 10) / 3)
"""The φ that a segment may have, as multiples of that of all; 1 is among them."""
VARIATIONS: Final = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
"""Coefficients of variation between segments of which the likeliest is taken."""
OWN_WEIGHT: Final = 10
"""For so many segments the gamma distribution speaks beside those that are there."""
ROUNDS: Final = 100


@dataclass(frozen=True, slots=True)
class Dispersions:
    """The φ that segments may have, and for each segment (a row) how likely it is to have them."""

    phi: NDArray[np.float64]
    weights: NDArray[np.float64]


def segment_dispersions(counts: NDArray[np.float64], fresh: NDArray[np.bool_]) -> Dispersions:
    """Return what is known of each segment's φ, by counts [segment, group, period], NaN where not known.

    A group is what has a mean of its own, such as a weekday. Only `fresh` segments say what segments are like.
    """
    pooled = pooled_dispersion(counts[fresh].reshape(-1, counts.shape[2]))
    if pooled == 0:
        return Dispersions(np.zeros(1), np.ones((len(counts), 1)))
    phi = pooled * STEPS
    logs = _log_likelihoods(counts, phi)
    likelihoods = np.exp(logs - logs.max(axis=1, keepdims=True))
    priors = np.stack([_prior(each) for each in VARIATIONS])
    with np.errstate(divide="ignore"):
        said = np.log(likelihoods[fresh] @ priors.T).sum(axis=0)
    prior = priors[int(said.argmax())]
    kept = prior > 0
    if kept.sum() == 1:
        return Dispersions(phi[kept], np.ones((len(counts), 1)))
    prior = _shaped(prior, likelihoods[fresh])
    weights = likelihoods * prior
    return Dispersions(phi, weights / weights.sum(axis=1, keepdims=True))


def _shaped(prior: NDArray[np.float64], likelihoods: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the prior in the shape that the segments give it, by expectation and maximisation."""
    found = prior
    for _ in range(ROUNDS):
        each = likelihoods * found
        said = (each / each.sum(axis=1, keepdims=True)).sum(axis=0)
        found = (said + OWN_WEIGHT * prior) / (len(likelihoods) + OWN_WEIGHT)
    return found


def _prior(variation: float) -> NDArray[np.float64]:
    """Return how likely each multiple is: gamma with mean 1 and this coefficient of variation, over even steps."""
    if variation == 0:
        return np.where(STEPS == 1, 1.0, 0.0)
    shape = variation**-2
    found: NDArray[np.float64] = gamma_distribution.pdf(STEPS, shape, scale=1 / shape) * STEPS
    return np.asarray(found / found.sum())


def _log_likelihoods(counts: NDArray[np.float64], phi: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return of each segment and φ the logarithm of the chance of its counts given their sums, up to a constant."""
    known = ~np.isnan(counts)
    rows = np.where(known, counts, 0)
    n, totals = known.sum(axis=2), rows.sum(axis=2)
    found = []
    for size in 1 / phi:
        single = np.where(known, gammaln(rows + size) - gammaln(size), 0).sum(axis=2)
        together = np.where(n > 0, gammaln(np.maximum(n, 1) * size) - gammaln(totals + np.maximum(n, 1) * size), 0)
        found.append((single + together).sum(axis=1))
    return np.stack(found, axis=1)


def pooled_dispersion(counts: NDArray[np.float64], caution: float = CAUTION) -> float:
    """Return φ for rows of counts, one row per segment, NaN where a count is not known.

    It is the upper bound that is exceeded by the true φ in about `caution` of cases; 0.5 gives about the estimate. 0
    where nothing varies beyond chance, or less than two counts of any row are known.
    """
    known = ~np.isnan(counts)
    n = known.sum(axis=1)
    totals = np.where(known, counts, 0).sum(axis=1)
    used = (n >= 2) & (totals > 0)
    if not used.any():
        return 0.0
    n, totals, rows = n[used], totals[used], counts[used]
    means = totals / n
    statistic = np.nansum((rows - means[:, None]) ** 2, axis=1) / means
    wanted = float(chi2.ppf(caution, (n - 1).sum()))

    def beyond(phi: float) -> float:
        return float(np.sum(statistic * (1 + phi / n) / (1 + phi * means))) - wanted

    if beyond(0) <= 0:
        return 0.0
    return MOST if beyond(MOST) >= 0 else float(brentq(beyond, 0, MOST, xtol=1e-9))
