"""The ceiling that wrong labels put on accuracy: a perfect model is measured wrong wherever the label is.

So accuracy above 1 − error cannot be measured, and what looks like it has learnt the labels' errors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from kpis.scoring.labeling.label_error import LabelError
from kpis.scoring.proportions import Decision, n_to_meet


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The accuracy at which a perfect model would be measured, with its one-sided bounds, from 0 to 1."""

    value: float
    low: float
    high: float
    error: LabelError

    def reaches(self, target: float) -> Decision:
        """Say whether an accuracy target lies below the ceiling: "missed" where even the upper bound is under it."""
        if self.low >= target:
            return "met"
        return "missed" if self.high < target else "undecided"

    def n_more(self, target: float) -> int | None:
        """Return how many more labels to look at show that the target lies below, at the present rate.

        0 where that is shown, None where more would rather show the contrary.
        """
        return 0 if self.reaches(target) == "met" else more_labels(self.error, 1 - target)


def ceiling_of(error: LabelError) -> Ceiling:
    """Return the ceiling under this label error."""
    return Ceiling(1 - error.rate, 1 - error.high, 1 - error.low, error)


def more_labels(error: LabelError, limit: float) -> int | None:
    """Return how many more labels to look at prove an error of at most `limit`, at the present rate.

    None where the present rate is not below the limit, or the limit is 0. A stratified sample goes on in the same
    proportions, and so needs as many times more as it has times fewer effective labels.
    """
    needed = n_to_meet(1 - error.rate, 1 - limit, error.confidence) if limit < 1 else 1
    if needed is None:
        return None
    return max(1, math.ceil(needed * error.n / error.effective) - error.n)
