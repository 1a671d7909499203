"""What the best of many attempts is worth: it rises by chance alone, and somewhere one stops."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import special

from kpis.scoring.runs import best_so_far

WIDTH = 12


def expected_best(rate: float, n: int, tries: int) -> float:
    """Return the expected highest observed rate of so many equally good models, each measured on n cases.

    Exact for separate samples: E max = Σ (1 − F(k − 1)^tries) / n over k from 1 to n, with F binomial. On one common
    test set the tries resemble each other and the maximum rises less. Raises ValueError for n or tries below 1.
    """
    if n < 1 or tries < 1 or not 0 <= rate <= 1:
        raise ValueError("The best of equal tries needs a rate from 0 to 1, cases and tries.")
    reach = WIDTH * math.sqrt(n * rate * (1 - rate)) + WIDTH
    first, last = max(0, math.floor(n * rate - reach)), min(n, math.ceil(n * rate + reach))
    below = special.betainc(n - np.arange(first, last), np.arange(first, last) + 1.0, 1 - rate)
    return float((first + np.sum(1 - below**tries)) / n)


def stalled(values: Sequence[float | None], gain: float, attempts: int, higher: bool = True) -> bool:
    """Say whether the last so many attempts raised the best by no more than `gain`, in the metric's unit.

    Values are in order of time; None, NaN and infinities are attempts that raised nothing. With no finite value
    before the last attempts nothing can stall. Raises ValueError for a negative gain or fewer than one attempt.
    """
    if gain < 0 or attempts < 1:
        raise ValueError("A stop rule names a gain from 0 and at least one attempt.")
    best = best_so_far(values, higher)
    before = best[-attempts - 1] if len(best) > attempts else None
    return before is not None and abs((best[-1] or 0.0) - before) <= gain + 1e-12
