"""What a model decides, and gets right, at each whole percent of coverage: so that models can be compared alike.

The confidences of two models are two scales, and the same threshold covers more with one than with the other. At the
same coverage both decide as many cases. Which cases those are follows from confidences alone, never from labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from projects.progress.evaluations.ladder import Ladder

PERCENTS = 100


@dataclass(frozen=True, slots=True)
class Coverages:
    """Cases decided, and those of them that are right, at 1, 2, … percent of all cases; as far as the model answers."""

    decided: tuple[int, ...] = ()
    right: tuple[int, ...] = ()


def coverages_of(ladder: Ladder) -> Coverages:
    """Return for each percent what the strictest level gives that covers at least so much; ties go in together."""
    accepted = np.cumsum(np.array(ladder.right, dtype=np.int64) + np.array(ladder.wrong, dtype=np.int64))
    right = np.cumsum(np.array(ladder.right, dtype=np.int64))
    needed = [-(-percent * ladder.n // PERCENTS) for percent in range(1, PERCENTS + 1)] if ladder.n else []
    places = np.searchsorted(accepted, needed)
    reached = places[places < len(accepted)]
    return Coverages(tuple(accepted[reached].tolist()), tuple(right[reached].tolist()))
