"""Models whose true accuracy at every threshold is known, because they are made up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from projects.progress.evaluations.ladder import Ladder, ladder_of
from projects.progress.evaluations.levels import SCALE, strictest_level

LEVELS = np.arange(SCALE + 1)
MIDDLES = np.clip(LEVELS / SCALE, 0.5 / SCALE, 1 - 0.5 / SCALE)


@dataclass(frozen=True, slots=True)
class Simulated:
    """How often each level comes, how often it is right, and the accuracy asked for."""

    share: NDArray[np.float64]
    right: NDArray[np.float64]
    target: float

    @property
    def accuracies(self) -> NDArray[np.float64]:
        """The true accuracy of what each level accepts."""
        accepted = np.cumsum(self.share[::-1])[::-1]
        return np.asarray(np.cumsum((self.share * self.right)[::-1])[::-1] / accepted)

    @property
    def reachable(self) -> float:
        """The largest true coverage whose true accuracy reaches the target."""
        fits = np.flatnonzero(self.accuracies >= self.target)
        return float(self.share[fits[0] :].sum()) if fits.size else 0.0

    def holds(self, threshold: float) -> bool:
        """Say whether the true accuracy reaches the target at a threshold."""
        return bool(self.accuracies[strictest_level(threshold)] >= self.target)

    def evaluated(self, n: int, chance: np.random.Generator) -> Ladder:
        """Draw an evaluation of n cases."""
        levels = chance.choice(LEVELS, size=n, p=self.share)
        return ladder_of(levels / SCALE, chance.random(n) < self.right[levels])


def binding_models(count: int, chance: np.random.Generator) -> Iterator[Simulated]:
    """Make models, over- and underconfident ones too, that miss the target on all cases and reach it on 20 to 95 %."""
    while count:
        shape, tail = chance.uniform(1, 6), chance.uniform(0.5, 3)
        share = np.diff(stats.beta.cdf(np.linspace(0, 1, SCALE + 2), shape, tail))
        right = special.expit(chance.uniform(0.6, 1.6) * special.logit(MIDDLES) + chance.uniform(-0.5, 1.5))
        model = Simulated(share / share.sum(), right, float(chance.choice([0.85, 0.9, 0.95, 0.97])))
        if model.accuracies[0] < model.target - 0.005 and 0.2 <= model.reachable <= 0.95:
            count -= 1
            yield model
