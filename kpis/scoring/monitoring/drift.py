"""Drift between two histograms over the same bins: population stability index and Jensen-Shannon.

The usual bands of the index, 0.1 and 0.25, mean nothing on small samples: without any drift, 100 cases against 100 in
ten bins exceed 0.1 in 85 % of samples. So it is judged by what two samples of these sizes give without drift: exactly,
by drawing them from the pooled cases, and approximately by (1/N + 1/M) χ² with bins − 1 degrees of freedom (Yurdakul
and Naranjo 2020, Journal of Risk Model Validation 14(4)).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2

LEVEL: Final = 0.05
DRAWS: Final = 4_000
LEAST_EXPECTED: Final = 5.0
"""Bins in which the smaller sample expects fewer cases are merged with a neighbour rather than filled."""
NOTABLE_PSI: Final = 0.1
"""The effect from which a drift matters; the convention of credit scoring calls less stable (Siddiqi 2006)."""


@dataclass(frozen=True, slots=True)
class Psi:
    """The index over `bins` merged bins of `n_reference` and `n_current` cases.

    `value` is infinite where a bin holds cases of one sample only. `p` is the chance of so much without drift, `limit`
    what is exceeded at `LEVEL` without drift, `approximate_limit` its approximation by χ².
    """

    value: float
    p: float
    limit: float
    approximate_limit: float
    bins: int
    n_reference: int
    n_current: int

    @property
    def real(self) -> bool:
        """Whether chance does not explain it."""
        return self.p <= LEVEL

    @property
    def drifted(self) -> bool:
        """Whether it is real and large enough to matter."""
        return self.real and self.value >= NOTABLE_PSI


@dataclass(frozen=True, slots=True)
class JensenShannon:
    """`distance` is the square root of `divergence`; both with logarithms of `base`, 2 or e. At base 2 they are 0 to
    1."""

    distance: float
    divergence: float
    base: float


def psi(reference: Sequence[float], current: Sequence[float]) -> float:
    """Return Σ (current − reference) · ln(current / reference) of the shares; bins empty in both count nothing.

    Infinite where a bin is empty in one only. Raises ValueError for unequal, negative or empty histograms.
    """
    return float(_psi(*(each[None, :] / each.sum() for each in histograms(reference, current)))[0])


def judge_psi(reference: Sequence[int], current: Sequence[int], draws: int = DRAWS) -> Psi:
    """Judge two histograms of counts. The draws are the same for the same counts. Raises ValueError as `psi` does."""
    counted, compared = histograms(reference, current)
    first, second = merged(counted, compared)
    n, m, bins = int(first.sum()), int(second.sum()), len(first)
    value = psi(first.tolist(), second.tolist())
    if bins < 2:
        return Psi(value, 1.0, 0.0, 0.0, bins, n, m)
    nulls = _psi(*null_pairs(first, second, draws))
    p = (1 + int((nulls >= value * (1 - 1e-12)).sum())) / (draws + 1)
    limit = float(np.quantile(nulls, 1 - LEVEL, method="higher"))
    return Psi(value, p, limit, psi_limit(bins, n, m), bins, n, m)


def null_pairs(
    first: NDArray[np.float64], second: NDArray[np.float64], draws: int = DRAWS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the shares of pairs of samples of these sizes, one pair in each row, dealt from all their cases: no drift.

    The same counts give the same pairs.
    """
    pooled, n = (first + second).astype(np.int64), int(first.sum())
    drawn = np.random.default_rng(0).multivariate_hypergeometric(pooled, n, size=draws, method="marginals")
    return drawn / n, (pooled - drawn) / second.sum()


def psi_limit(bins: int, n_reference: int, n_current: int, level: float = LEVEL) -> float:
    """Return what the index exceeds at this level without drift, by the χ² approximation."""
    return (1 / n_reference + 1 / n_current) * float(chi2.ppf(1 - level, bins - 1))


def psi_chance(value: float, bins: int, n_reference: int, n_current: int) -> float:
    """Return the chance of at least this index without drift, by the χ² approximation."""
    return float(chi2.sf(value / (1 / n_reference + 1 / n_current), bins - 1))


def merged(
    reference: NDArray[np.float64], current: NDArray[np.float64], least: float = LEAST_EXPECTED
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Merge each bin whose smaller sample expects fewer than `least` cases with its smaller neighbour.

    It looks at both samples together, so that merging cannot prefer drift or its absence.
    """
    bins = [[float(a), float(b)] for a, b in zip(reference, current) if a or b]
    sizes = [sum(each) for each in zip(*bins)]
    share = min(sizes) / sum(sizes)
    while len(bins) > 1:
        place = min(range(len(bins)), key=lambda each: sum(bins[each]))
        if sum(bins[place]) * share >= least:
            break
        beside = [each for each in (place - 1, place + 1) if 0 <= each < len(bins)]
        other = min(beside, key=lambda each: sum(bins[each]))
        bins[other] = [a + b for a, b in zip(bins[other], bins[place])]
        del bins[place]
    return np.array([each[0] for each in bins]), np.array([each[1] for each in bins])


def jensen_shannon(reference: Sequence[float], current: Sequence[float], base: float = 2.0) -> JensenShannon:
    """Return how far two histograms are apart. Raises ValueError as `psi` does, and for a base other than 2 or e."""
    if base not in (2.0, math.e):
        raise ValueError("The base of the logarithm is 2 or e.")
    distance = float(jensenshannon(*histograms(reference, current), base=base))
    return JensenShannon(distance, distance**2, base)


def histograms(reference: Sequence[float], current: Sequence[float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return two histograms of counts. Raises ValueError for unequal, negative or empty ones."""
    found = (np.asarray(reference, dtype=np.float64), np.asarray(current, dtype=np.float64))
    if len(reference) != len(current):
        raise ValueError("Both histograms have the same bins.")
    for each in found:
        if not np.isfinite(each).all() or (each < 0).any():
            raise ValueError("The bins hold counts, not below 0.")
        if not each.sum() > 0:
            raise ValueError("A histogram without cases cannot be compared.")
    return found


def _psi(reference: NDArray[np.float64], current: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the index of each row of shares."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = (current - reference) * (np.log(current) - np.log(reference))
    found: NDArray[np.float64] = np.where((reference == 0) & (current == 0), 0.0, terms).sum(axis=1)
    return found
