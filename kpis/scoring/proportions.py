"""Intervals for proportions: Wilson to show, Clopper-Pearson to decide, Newcombe and Katz to compare.

Sources: Wilson 1927; Clopper and Pearson 1934; Newcombe 1998 (Statistics in Medicine 17, 857-872 and 873-890); Katz,
Baptista, Azen and Pike 1978 (Biometrics 34, 469-474).
All ratios lie from 0 to 1; `confidence` is a ratio too. n below 1 raises ValueError: nothing was measured. It need
not be whole where it is an effective number of cases.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from scipy import special

from projects.progress.wilson import wilson_ends

Decision = Literal["met", "missed", "undecided"]
DEFAULT_CONFIDENCE = 0.95
LARGEST_N = 10**9
LARGEST_WHOLE_SEARCH = 1_000_000
COUNT_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Interval:
    """The two ends of an interval, in the unit of what it is about."""

    low: float
    high: float


def _check(successes: float, n: float, confidence: float) -> None:
    if n < 1:
        raise ValueError("A proportion needs at least one case.")
    if not 0 <= successes <= n:
        raise ValueError("The successes must lie between 0 and n.")
    if not 0 < confidence < 1:
        raise ValueError("A confidence lies between 0 and 1.")


def lower_bound(successes: float, n: float, confidence: float = DEFAULT_CONFIDENCE) -> float:
    """Return the one-sided Clopper-Pearson lower bound of a proportion."""
    _check(successes, n, confidence)
    if successes <= 0:
        return 0.0
    return float(special.betaincinv(successes, n - successes + 1, 1 - confidence))


def upper_bound(successes: float, n: float, confidence: float = DEFAULT_CONFIDENCE) -> float:
    """Return the one-sided Clopper-Pearson upper bound of a proportion."""
    _check(successes, n, confidence)
    if successes >= n:
        return 1.0
    return float(special.betaincinv(successes + 1, n - successes, confidence))


def clopper_pearson(successes: float, n: int, confidence: float = DEFAULT_CONFIDENCE) -> Interval:
    """Return the two-sided exact interval: each end is a one-sided bound at half of the error."""
    _check(successes, n, confidence)
    side = (1 + confidence) / 2
    return Interval(lower_bound(successes, n, side), upper_bound(successes, n, side))


def wilson(successes: float, n: int, confidence: float = DEFAULT_CONFIDENCE) -> Interval:
    """Return the two-sided Wilson score interval, without continuity correction. For display."""
    _check(successes, n, confidence)
    return Interval(*wilson_ends(successes, n, float(special.ndtri((1 + confidence) / 2))))


def newcombe_difference(
    first: tuple[float, int], second: tuple[float, int], confidence: float = DEFAULT_CONFIDENCE
) -> Interval:
    """Return the interval of p1 − p2 for separate samples, each (successes, n): Newcombe's method 10."""
    one, two = wilson(*first, confidence), wilson(*second, confidence)
    p, q = first[0] / first[1], second[0] / second[1]
    down = math.hypot(p - one.low, two.high - q)
    up = math.hypot(one.high - p, q - two.low)
    return Interval(max(-1.0, p - q - down), min(1.0, p - q + up))


def katz_ratio(first: tuple[float, int], second: tuple[float, int], confidence: float = DEFAULT_CONFIDENCE) -> Interval:
    """Return the interval of p1 / p2 for separate samples, each (successes, n): Katz's, on the logarithm.

    Where a sample has only successes or none, half a case is added to both outcomes of both samples, since the variance
    of the logarithm is not known otherwise. No successes in the first leave the low end at 0, none in the second the
    high end at infinity. The interval of p2 / p1 is that of the reciprocals.
    """
    both = (first, second)
    for successes, cases in both:
        _check(successes, cases, confidence)
    spare = 0.5 if any(successes in (0, cases) for successes, cases in both) else 0.0
    (a, m), (b, n) = ((successes + spare, cases + 2 * spare) for successes, cases in both)
    z = float(special.ndtri((1 + confidence) / 2))
    middle, half = math.log(a / m) - math.log(b / n), z * math.sqrt(1 / a - 1 / m + 1 / b - 1 / n)
    return Interval(
        0.0 if first[0] == 0 else math.exp(middle - half), math.inf if second[0] == 0 else math.exp(middle + half)
    )


def counts(rate: float, n: int) -> tuple[int, int]:
    """Return the successes behind a reported rate: (rounded down, rounded up).

    Both are equal when rate · n is whole, up to the rounding of a single-precision number; a rate that was
    rounded to a few digits gives two counts, of which a decision takes the less favourable one.
    """
    exact = rate * n
    nearest = round(exact)
    if abs(exact - nearest) <= min(0.49, COUNT_TOLERANCE * n + 1e-9):
        return nearest, nearest
    return math.floor(exact), math.ceil(exact)


def decide(rate: float, n: int, target: float, confidence: float = DEFAULT_CONFIDENCE) -> Decision:
    """Say whether a proportion reaches a target from below.

    "met" when the one-sided lower bound reaches the target, "missed" when the upper bound is below it.
    """
    fewest, most = counts(rate, n)
    if lower_bound(fewest, n, confidence) >= target:
        return "met"
    return "missed" if upper_bound(most, n, confidence) < target else "undecided"


def n_to_meet(rate: float, target: float, confidence: float = DEFAULT_CONFIDENCE) -> int | None:
    """Return the smallest n whose floor(rate · n) successes prove the target, at the present rate.

    None when the rate does not exceed the target (more data will rather confirm a miss), or when no n up to
    10⁹ would do. Above 10⁶ cases the count of successes is not rounded down.
    """
    if not target < rate <= 1 or _smooth_bound(rate, LARGEST_N, confidence) < target:
        return None
    low, high = 1, LARGEST_N
    while low < high:
        middle = (low + high) // 2
        if _smooth_bound(rate, middle, confidence) >= target:
            high = middle
        else:
            low = middle + 1
    while low <= LARGEST_WHOLE_SEARCH and lower_bound(math.floor(rate * low + 1e-9), low, confidence) < target:
        low += 1
    return low


def _smooth_bound(rate: float, n: int, confidence: float) -> float:
    successes = rate * n
    return float(special.betaincinv(successes, n - successes + 1, 1 - confidence)) if successes > 0 else 0.0


def n_without_errors(target: float, confidence: float = DEFAULT_CONFIDENCE) -> int:
    """Return how many cases without a single error prove a target: the smallest n with targetⁿ ≤ 1 − confidence."""
    if not 0 < target < 1:
        raise ValueError("A target that cases can prove lies between 0 and 1.")
    n = math.ceil(math.log(1 - confidence) / math.log(target) - 1e-9)
    return max(1, n)
