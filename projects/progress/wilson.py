"""The interval of a share of counted cases, to show beside it (Wilson 1927). Pure."""

from __future__ import annotations

import math
from typing import Final

Z_95: Final = 1.959963984540054
"""The normal quantile of 97.5 %: a two-sided interval at 95 %."""


def wilson_ends(successes: float, n: float, z: float = Z_95) -> tuple[float, float]:
    """Return the two ends of Wilson's score interval, without continuity correction; n is at least 1."""
    rate = successes / n
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    high = 1.0 if successes == n else min(1.0, middle + half)
    return low, high
