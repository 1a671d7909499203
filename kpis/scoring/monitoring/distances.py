"""Drift between two samples of numbers: Kolmogorov-Smirnov and Wasserstein, each with the size of its effect.

With 100,000 cases a test calls real what nobody would notice; so a drift is one that is real and large enough. Values
may carry weights, so that bins of a histogram serve as well: their middle, and their count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ks_2samp, kstwo, wasserstein_distance

from kpis.scoring.monitoring.drift import LEVEL

NOTABLE_KS: Final = 0.1
"""The gap between the two distribution functions from which a drift matters."""
NOTABLE_SHIFT: Final = 0.1
"""The Wasserstein distance in standard deviations of the reference from which a drift matters."""


@dataclass(frozen=True, slots=True)
class KolmogorovSmirnov:
    """`gap` is the largest difference of the distribution functions, the effect; `p` its chance without drift."""

    gap: float
    p: float
    n_reference: int
    n_current: int

    @property
    def drifted(self) -> bool:
        """Whether it is real and large enough to matter."""
        return self.p <= LEVEL and self.gap >= NOTABLE_KS


@dataclass(frozen=True, slots=True)
class Wasserstein:
    """`distance` is in the values' unit; `shift` in standard deviations of the reference, None where that is
    constant."""

    distance: float
    shift: float | None

    @property
    def drifted(self) -> bool:
        """Whether the shift is large enough to matter; any distance from a constant is."""
        return self.distance > 0 if self.shift is None else self.shift >= NOTABLE_SHIFT


def kolmogorov_smirnov(reference: Sequence[float], current: Sequence[float]) -> KolmogorovSmirnov:
    """Compare two samples. Raises ValueError for an empty sample or a value that is no number."""
    first, second = (_checked(each) for each in (reference, current))
    found = ks_2samp(first, second)
    return KolmogorovSmirnov(float(found.statistic), float(found.pvalue), len(first), len(second))


def binned_kolmogorov_smirnov(reference: Sequence[int], current: Sequence[int]) -> KolmogorovSmirnov:
    """Compare two histograms over the same bins, in order.

    The gap is looked at between bins only, so it is at most that of the samples, and p at least theirs. Raises
    ValueError for unequal or empty histograms.
    """
    first, second = (_checked(each) for each in (reference, current))
    n, m = first.sum(), second.sum()
    if len(first) != len(second) or min(n, m) <= 0 or min(first.min(), second.min()) < 0:
        raise ValueError("Both histograms have the same bins, and cases in them.")
    gap = float(np.abs(np.cumsum(first) / n - np.cumsum(second) / m).max())
    p = float(kstwo.sf(gap, max(1, round(n * m / (n + m)))))
    return KolmogorovSmirnov(gap, p, int(n), int(m))


def wasserstein(
    reference: Sequence[float],
    current: Sequence[float],
    reference_weights: Sequence[float] | None = None,
    current_weights: Sequence[float] | None = None,
) -> Wasserstein:
    """Return how far mass must move. Raises ValueError for an empty sample or a value that is no number."""
    first, second = (_checked(each) for each in (reference, current))
    distance = float(wasserstein_distance(first, second, reference_weights, current_weights))
    mean = np.average(first, weights=reference_weights)
    deviation = float(np.sqrt(np.average((first - mean) ** 2, weights=reference_weights)))
    return Wasserstein(distance, distance / deviation if deviation > 0 else None)


def _checked(values: Sequence[float]) -> NDArray[np.float64]:
    found = np.asarray(values, dtype=np.float64)
    if not len(found):
        raise ValueError("An empty sample cannot be compared.")
    if not np.isfinite(found).all():
        raise ValueError("Every value is a finite number.")
    return found
