"""What the best of many attempts is worth: it rises by chance alone, and somewhere one stops."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from kpis.scoring.directions import Direction
from kpis.scoring.runs import best_so_far

WIDTH = 12
UPWARDS = Direction("higher", "name")


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


def stalled(values: Sequence[float | None], gain: float, attempts: int, direction: Direction = UPWARDS) -> bool:
    """Say whether the last so many attempts bettered the best by no more than `gain`, in the metric's unit.

    Values are in order of time; None, NaN and infinities are attempts that bettered nothing. With no finite value
    before the last attempts nothing can stall. Towards a target between two values, better is nearer, and within them
    nothing is gained any more. Raises ValueError for a negative gain or fewer than one attempt.
    """
    if gain < 0 or attempts < 1:
        raise ValueError("A stop rule names a gain from 0 and at least one attempt.")
    best = best_so_far([_merit(value, direction) for value in values])
    before = best[-attempts - 1] if len(best) > attempts else None
    return before is not None and (best[-1] or 0.0) - before <= gain + 1e-12


def _merit(value: float | None, direction: Direction) -> float | None:
    return None if value is None or not math.isfinite(value) else direction.merit(value)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One measured try, of a family of models; `value` is None where it did not report the metric."""

    family: str
    value: float | None
    n: int
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """The tries of one family: how many, what they cost as far as known, and the best of them."""

    name: str
    attempts: int
    cost: float | None
    best: float | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """All tries. `lucky` is the expected best of that many equal ones, None where the metric is no share of cases.

    `known_costs` counts the tries whose cost is known, `measured` those that have a value. `beats_luck` says whether
    the best is better than the best of equal tries would be, None where that is not known.
    """

    attempts: int
    measured: int
    families: tuple[Family, ...]
    cost: float | None
    known_costs: int
    best: float | None
    lucky: float | None
    beats_luck: bool | None

    @property
    def unmeasured(self) -> int:
        """How many tries have no value in the metric."""
        return self.attempts - self.measured


def ledger_of(attempts: Sequence[Attempt], *, is_share: bool = True, direction: Direction = UPWARDS) -> Ledger:
    """Sum up tries, given in order of time. Equal tries have the mean rate, on as many cases as the smallest test."""
    names = list(dict.fromkeys(each.family for each in attempts))
    families = [_family(name, [each for each in attempts if each.family == name], direction) for name in names]
    known = [each for each in attempts if _merit(each.value, direction) is not None]
    best = _best(attempts, direction)
    lucky = _lucky(known, direction) if is_share else None
    return Ledger(
        len(attempts),
        len(known),
        tuple(sorted(families, key=lambda each: (-each.attempts, each.name))),
        _cost(attempts),
        sum(each.cost is not None for each in attempts),
        best,
        lucky,
        None if best is None or lucky is None else direction.merit(best) > direction.merit(lucky),
    )


def _lucky(known: Sequence[Attempt], direction: Direction) -> float | None:
    """Return the expected best rate of equal tries; where lower is better, that of the other cases from 1."""
    if not known or direction.better == "inside":
        return None
    mean = math.fsum(each.value or 0.0 for each in known) / len(known)
    n = min(each.n for each in known)
    if direction.better == "lower":
        return 1 - expected_best(1 - mean, n, len(known))
    return expected_best(mean, n, len(known))


def _family(name: str, attempts: Sequence[Attempt], direction: Direction) -> Family:
    return Family(name, len(attempts), _cost(attempts), _best(attempts, direction))


def _best(attempts: Sequence[Attempt], direction: Direction) -> float | None:
    """Return the best value, the first of equals."""
    known = [each.value for each in attempts if each.value is not None and math.isfinite(each.value)]
    return max(known, key=direction.merit, default=None)


def _cost(attempts: Sequence[Attempt]) -> float | None:
    known = [each.cost for each in attempts if each.cost is not None]
    return math.fsum(known) if known else None
