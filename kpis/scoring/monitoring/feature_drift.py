"""The drift of one feature by one method, as a number with its threshold: what is kept of a comparison.

A drift counts where it is real and large, so a threshold is the larger of two: what is exceeded by chance in 5 % of
comparisons without drift, at these sizes, and the least that matters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kstwo

from kpis.scoring.monitoring.distances import NOTABLE_KS, binned_kolmogorov_smirnov, kolmogorov_smirnov, wasserstein
from kpis.scoring.monitoring.drift import (
    LEVEL,
    NOTABLE_PSI,
    histograms,
    jensen_shannon,
    judge_psi,
    merged,
    null_pairs,
    psi,
)

Method = Literal["psi", "jensenshannon", "ks", "wasserstein"]
METHODS: Final[tuple[Method, ...]] = ("psi", "jensenshannon", "ks", "wasserstein")
DRAWN: Final[tuple[Method, ...]] = ("psi", "jensenshannon")
"""Those whose threshold is drawn, which takes a time that grows with their bins."""
BINS: Final = 10
NOTABLE_DISTANCE: Final = math.sqrt(NOTABLE_PSI / (8 * math.log(2)))
"""The Jensen-Shannon distance (base 2) from which a drift matters, 0.134: where little moves, the index is eight times
the divergence in nats, as both are then multiples of Σ (p − q)² / p."""
KEPT_AS: Final[dict[Method, str]] = {
    "psi": "psi",
    "jensenshannon": "jensenshannon distance, base 2",
    "ks": "ks distance",
    "wasserstein": "wasserstein distance in deviations",
}
"""What a value is said to be measured by: of Kolmogorov-Smirnov the gap is kept, not its p."""


@dataclass(frozen=True, slots=True)
class FeatureDrift:
    """How far `n` cases are from their reference, by a method. Without `threshold` nothing judges it."""

    value: float
    threshold: float | None
    n: int
    n_reference: int

    @property
    def drifted(self) -> bool | None:
        """Whether it is real and large enough to matter, None where nobody can tell."""
        return None if self.threshold is None else self.value >= self.threshold


def compare_bins(method: Method, reference: Sequence[int], current: Sequence[int]) -> FeatureDrift:
    """Compare two histograms over the same bins, which are in order for "ks".

    Raises ValueError for "wasserstein", which needs the values themselves, and for unequal or empty histograms.
    """
    if method == "wasserstein":
        raise ValueError("Wasserstein's distance needs samples: bins do not say how far they lie apart.")
    return _BINNED[method](reference, current)


def compare_samples(method: Method, reference: Sequence[float], current: Sequence[float]) -> FeatureDrift:
    """Compare two samples of numbers; "psi" and "jensenshannon" by the tenths of the reference.

    Wasserstein's distance is in standard deviations of the reference and has no threshold, as chance alone moves small
    samples. Raises ValueError for empty samples, values that are no numbers, and a constant reference with
    "wasserstein".
    """
    if method == "ks":
        found = kolmogorov_smirnov(reference, current)
        return _gap(found.gap, found.n_reference, found.n_current)
    if method == "wasserstein":
        shift = wasserstein(reference, current).shift
        if shift is None:
            raise ValueError("The reference is constant, so there is no deviation to count in.")
        return FeatureDrift(shift, None, len(current), len(reference))
    return compare_bins(method, *_tenths(reference, current))


def _tenths(reference: Sequence[float], current: Sequence[float]) -> tuple[list[int], list[int]]:
    """Return how many of both lie between the tenths of the reference; values that repeat share a bin."""
    for sample in (reference, current):
        if not len(sample) or not np.isfinite(sample).all():
            raise ValueError("Both samples hold finite numbers.")
    edges = np.unique(np.quantile(reference, np.arange(1, BINS) / BINS))
    counted = (np.bincount(np.searchsorted(edges, sample), minlength=len(edges) + 1) for sample in (reference, current))
    first, second = counted
    return first.tolist(), second.tolist()


def _index(reference: Sequence[int], current: Sequence[int]) -> FeatureDrift:
    """Return the index. Merged bins with cases of one sample only make it infinite: half a case is put there."""
    found = judge_psi(reference, current)
    value = found.value
    if math.isinf(value):
        kept = merged(*histograms(reference, current))
        first, second = ([count or 0.5 for count in side.tolist()] for side in kept)
        value = psi(first, second)
    limit = found.limit if math.isfinite(found.limit) else found.approximate_limit
    return FeatureDrift(value, max(NOTABLE_PSI, limit), found.n_current, found.n_reference)


def _distance(reference: Sequence[int], current: Sequence[int]) -> FeatureDrift:
    first, second = merged(*histograms(reference, current))
    found = jensen_shannon(first.tolist(), second.tolist())
    limit = _null_distance(first, second)
    return FeatureDrift(found.distance, max(NOTABLE_DISTANCE, limit), int(second.sum()), int(first.sum()))


def _null_distance(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the distance that is exceeded at `LEVEL` without drift, by drawing both samples from their pool."""
    if len(first) < 2:
        return 0.0
    drawn = null_pairs(first, second)
    middle = (drawn[0] + drawn[1]) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = sum(np.where(share > 0, share * np.log2(share / middle), 0.0) for share in drawn)
    distances = np.sqrt(np.maximum(np.asarray(terms).sum(axis=1) / 2, 0.0))
    return float(np.quantile(distances, 1 - LEVEL, method="higher"))


def _ordered(reference: Sequence[int], current: Sequence[int]) -> FeatureDrift:
    found = binned_kolmogorov_smirnov(reference, current)
    return _gap(found.gap, found.n_reference, found.n_current)


def _gap(gap: float, n_reference: int, n_current: int) -> FeatureDrift:
    size = max(1, round(n_reference * n_current / (n_reference + n_current)))
    return FeatureDrift(gap, max(NOTABLE_KS, float(kstwo.isf(LEVEL, size))), n_current, n_reference)


_BINNED: Final[dict[str, Callable[[Sequence[int], Sequence[int]], FeatureDrift]]] = {
    "psi": _index,
    "jensenshannon": _distance,
    "ks": _ordered,
}
