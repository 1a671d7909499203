"""Many tests at once: Benjamini and Hochberg 1995 (JRSS-B 57, 289-300), and who is worth a test (Tarone 1990).

Tarone (Biometrics 46, 515-522): a test whose smallest possible p is too large can never reject, so it costs the others
nothing when it is left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.stats import false_discovery_control


def adjusted(chances: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return the adjusted p of each test, in their order; None where there is no p, which counts as no test.

    Raises ValueError for a p outside 0 to 1.
    """
    known = [(place, each) for place, each in enumerate(chances) if each is not None and not math.isnan(each)]
    found: list[float | None] = [None] * len(chances)
    if known:
        for (place, _), value in zip(known, false_discovery_control([each for _, each in known], method="bh")):
            found[place] = float(value)
    return tuple(found)


def worth_testing(smallest: Sequence[float], level: float) -> tuple[bool, ...]:
    """Say which tests could reject alone at this level, given the smallest p that each can reach.

    k are tested, all of them with a smallest p of at most level / k: k is the least for which no more than k have.
    """
    lows = np.sort(np.nan_to_num(np.asarray(smallest, dtype=float), nan=math.inf))
    for k in range(1, len(lows) + 1):
        if int(np.searchsorted(lows, level / k, side="right")) <= k:
            return tuple(not math.isnan(each) and each <= level / k for each in smallest)
    return ()
