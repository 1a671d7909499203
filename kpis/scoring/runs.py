"""Judging a series of runs: best so far, what is noise, and what the best of many is worth.

Sources: the threshold for two runs follows from two independent normal errors (1.96 · √2 · σ); the expected
maximum is that of Dodge et al. 2019, "Show Your Work", EMNLP.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

TWO_RUN_FACTOR = 1.96 * math.sqrt(2)


def is_better(value: float, than: float, higher: bool = True) -> bool:
    """Say whether a value improves on another; a tie does not."""
    return value > than if higher else value < than


def best_so_far(values: Sequence[float | None], higher: bool = True) -> list[float | None]:
    """Return the best value up to each run. None, NaN and infinities carry the best before them."""
    best: float | None = None
    series: list[float | None] = []
    for value in values:
        if value is not None and math.isfinite(value) and (best is None or is_better(value, best, higher)):
            best = value
        series.append(best)
    return series


def noise_threshold(sigma: float) -> float:
    """Return the difference below which one run against one is noise at 95 %; σ comes from repeated seeds."""
    if not sigma >= 0:
        raise ValueError("A standard deviation is not negative.")
    return TWO_RUN_FACTOR * sigma


def is_noise(difference: float, sigma: float) -> bool:
    """Say whether a difference of two single runs may be chance."""
    return abs(difference) < noise_threshold(sigma)


def expected_maximum(values: Sequence[float], n: int) -> float:
    """Return the expected best of n runs drawn from these with replacement: Σ v₍ᵢ₎ (Fᵢⁿ − Fᵢ₋₁ⁿ).

    Raises ValueError without values or with n below 1.
    """
    if not values or n < 1:
        raise ValueError("The expected maximum needs at least one value and one run.")
    ordered, size = sorted(values), len(values)
    return sum(value * (((i + 1) / size) ** n - (i / size) ** n) for i, value in enumerate(ordered))
