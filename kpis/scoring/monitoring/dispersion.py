"""How much counts vary beyond chance, pooled over segments.

Counts of a segment have variance m + φ m², the same φ for all. Pearson's statistic is set to what it is expected to be
(Breslow 1984, Applied Statistics 33, 38-44); that expectation given the sums of the segments is exact here: for n
counts whose mean is m, E Σ (x − m)² / m = (n − 1) (1 + φ m) / (1 + φ / n), by the moments of the Dirichlet-multinomial
distribution.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import chi2

MOST: Final = 100.0
"""No φ above is told apart: at this one nearly every period is empty."""
CAUTION: Final = 0.1
"""The upper bound of φ at 90 % is taken, which matters where few counts are known."""


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
