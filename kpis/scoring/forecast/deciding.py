"""Which part decides the date: how probable it is that each part is the last one to be done.

This is the criticality of a part (Van Slyke 1963, Operations Research 11, 839-860: the chance that it lies on the
critical path), computed exactly. Parts that end on the same day share it: each is the last in as many of the orders as
the others. Given that part i ends on day t, the chance is ∫₀¹ Π_{j≠i} (F_j(t−1) + u f_j(t)) du. The integrand is a
polynomial of degree k − 1 in u for k parts, so Gauss' rule with k/2 nodes is exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kpis.scoring.convolution import Finish
from kpis.scoring.forecast.distribution import columns_of


def chances_to_be_last(parts: Sequence[Finish]) -> list[float]:
    """Return for each of independent parts the chance that it is done last.

    Their sum is the chance that all are done within the horizon. Parts that are done already are never the last.
    """
    waiting = [each for each in parts if not each.already]
    if not waiting:
        return [0.0] * len(parts)
    columns = columns_of(waiting, max(len(each.done) for each in waiting))
    before, step = columns[:, :-1], np.diff(columns, axis=1)
    nodes, weights = np.polynomial.legendre.leggauss(math.ceil(len(waiting) / 2))
    found = np.zeros(len(waiting))
    for node, weight in zip((nodes + 1) / 2, weights / 2):
        within = before + node * step
        for place in range(len(waiting)):
            others = np.delete(within, place, axis=0).prod(axis=0)
            found[place] += weight * float((step[place] * others).sum())
    shares = iter(found.tolist())
    return [0.0 if each.already else next(shares) for each in parts]
