"""How many gate answers a test set bears: each "pass" or "fail" tells something about it, and so spends it.

Sources: Renggli et al. 2019, "Continuous integration of machine learning models" (MLSys), with Hoeffding's bound for
any accuracy and Bennett's for the difference of two models that disagree on at most a share p of cases. Adaptive: the
next model may depend on every answer before, so that H answers count as 2^H.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

LARGEST = 10**9


@dataclass(frozen=True, slots=True)
class Demand:
    """What the answers of a gate must keep: within ± `tolerance` of the truth, all of them, with `reliability`.

    `disagreement` is the largest share of cases on which two models differ; with it Bennett's bound is used.
    Raises ValueError for values outside 0 to 1.
    """

    tolerance: float
    reliability: float
    disagreement: float | None = None
    adaptive: bool = True

    def __post_init__(self) -> None:
        parts = (self.tolerance, self.reliability, 0.5 if self.disagreement is None else self.disagreement)
        if not all(0 < part < 1 for part in parts):
            raise ValueError("Tolerance, reliability and disagreement lie between 0 and 1.")


# What gates ask of a test set: five points of accuracy at 95 %, each candidate made after the answers before.
GATE_DEMAND = Demand(tolerance=0.05, reliability=0.95)


@dataclass(frozen=True, slots=True)
class ShelfLife:
    """The answers that a test set allows, and those given."""

    allowed: int
    given: int

    @property
    def left(self) -> int:
        """Answers that may still be given."""
        return max(0, self.allowed - self.given)

    @property
    def spent(self) -> bool:
        """Whether no answer is left."""
        return self.left == 0


def cases_needed(demand: Demand, answers: int) -> int:
    """Return how many cases bear so many answers (from 1)."""
    if answers < 1:
        raise ValueError("A gate gives at least one answer.")
    log_answers = answers * math.log(2) if demand.adaptive and answers > 1 else math.log(answers)
    return math.ceil((log_answers - _log_risk(demand)) / _rate(demand))


def shelf_life(demand: Demand, n: int, given: int) -> ShelfLife:
    """Return what a test set of n cases still bears after so many answers; at most 10⁹ are allowed."""
    if n < 0 or given < 0:
        raise ValueError("Cases and answers are counted from 0.")
    if n < cases_needed(demand, 1):
        return ShelfLife(0, given)
    low, high = 1, LARGEST
    while low < high:
        middle = (low + high + 1) // 2
        if cases_needed(demand, middle) <= n:
            low = middle
        else:
            high = middle - 1
    return ShelfLife(low, given)


def _log_risk(demand: Demand) -> float:
    risk = 1 - demand.reliability
    return math.log(risk if demand.disagreement is None else risk / 4)


def _rate(demand: Demand) -> float:
    """Return by how much each case shrinks the logarithm of the risk."""
    if demand.disagreement is None:
        return 2 * demand.tolerance**2
    ratio = demand.tolerance / demand.disagreement
    return demand.disagreement * ((1 + ratio) * math.log1p(ratio) - ratio)
