"""From values to places on a line."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


def finite(value: float | None) -> bool:
    """Say whether there is a number to draw: neither None nor NaN nor infinite."""
    return value is not None and math.isfinite(value)


@dataclass(frozen=True)
class Scale:
    """A straight map from [low, high] in data units to [start, end] in pixels; values outside are held at the ends."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the pixel of a value, rounded to a tenth."""
        if self.high == self.low:
            return round((self.start + self.end) / 2, 1)
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + min(1.0, max(0.0, share)) * (self.end - self.start), 1)


def around(values: Iterable[float | None], start: float, end: float, margin: float = 0.2) -> Scale:
    """Return a scale over the finite values with a margin as a share of their span.

    The scale of values that all lie in 0 to 1 does not leave 0 to 1.
    """
    known = [float(v) for v in values if v is not None and math.isfinite(v)]
    if not known:
        return Scale(0.0, 1.0, start, end)
    least, most = min(known), max(known)
    pad = (most - least) * margin or abs(most) * 0.1 or 1.0
    low, high = least - pad, most + pad
    if least >= 0.0 and most <= 1.0:
        low, high = max(0.0, low), min(1.0, high)
    return Scale(low, high, start, end)
