"""What the best of many attempts is worth: it rises by chance alone, and somewhere one stops."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

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

    `known_costs` counts the tries whose cost is known.
    """

    attempts: int
    families: tuple[Family, ...]
    cost: float | None
    known_costs: int
    best: float | None
    lucky: float | None

    @property
    def beats_luck(self) -> bool | None:
        """Whether the best is better than the best of equal tries would be; None where that is not known."""
        return None if self.best is None or self.lucky is None else self.best > self.lucky


def ledger_of(attempts: Sequence[Attempt], *, is_share: bool = True, higher: bool = True) -> Ledger:
    """Sum up tries, given in order of time. Equal tries have the mean rate, on as many cases as the smallest test."""
    names = list(dict.fromkeys(each.family for each in attempts))
    families = [_family(name, [each for each in attempts if each.family == name], higher) for name in names]
    rates = [each.value for each in attempts if each.value is not None and math.isfinite(each.value)]
    lucky = None
    if is_share and rates:
        lucky = expected_best(math.fsum(rates) / len(rates), min(each.n for each in attempts), len(rates))
    return Ledger(
        len(attempts),
        tuple(sorted(families, key=lambda each: (-each.attempts, each.name))),
        _cost(attempts),
        sum(each.cost is not None for each in attempts),
        _best(attempts, higher),
        lucky,
    )


def _family(name: str, attempts: Sequence[Attempt], higher: bool) -> Family:
    return Family(name, len(attempts), _cost(attempts), _best(attempts, higher))


def _best(attempts: Sequence[Attempt], higher: bool) -> float | None:
    found = best_so_far([each.value for each in attempts], higher)
    return found[-1] if found else None


def _cost(attempts: Sequence[Attempt]) -> float | None:
    known = [each.cost for each in attempts if each.cost is not None]
    return math.fsum(known) if known else None
