"""What an operating point is expected to move in a KPI: value of right decisions minus cost of wrong ones.

contribution = volume · (coverage · accuracy · value per correct decision − coverage · error rate · cost per error),
in the unit of value and cost; cases left to people bring neither. The interval takes the exact intervals of coverage
and of accuracy, each at half of the error, and the extremes over both: at least as wide as it must be. A free formula
may peak anywhere: its extremes are looked for on a grid of 9 × 9 points of both intervals, ends included, and at the
observed point, so that a peak between them is met nearly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from kpis.scoring.evaluations.curve import CurvePoint
from kpis.scoring.evaluations.formula import Formula
from kpis.scoring.proportions import DEFAULT_CONFIDENCE, Interval, clopper_pearson

NAMES = frozenset(
    {"coverage", "accuracy", "error_rate", "volume", "value_per_correct", "cost_per_error", "decided", "errors", "left"}
)
STEPS = 8


@dataclass(frozen=True, slots=True)
class Worth:
    """In-scope cases per period, what a correct decision is worth and what an error costs, in one unit.

    Raises ValueError for infinite numbers or a negative volume.
    """

    volume: float
    value_per_correct: float
    cost_per_error: float

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.volume, self.value_per_correct, self.cost_per_error))) or self.volume < 0:
            raise ValueError("Volume, value and cost are finite, and a volume is not negative.")

    def of(self, coverage: float, accuracy: float) -> float:
        """Return the contribution at a coverage and the accuracy of what is covered."""
        each = accuracy * self.value_per_correct - (1 - accuracy) * self.cost_per_error
        return self.volume * coverage * each


@dataclass(frozen=True, slots=True)
class Movement:
    """The expected movement per period, with its interval, and the counts behind it."""

    expected: float
    interval: Interval
    decided: float
    errors: float
    left: float


def movement(point: CurvePoint, worth: Worth, confidence: float = DEFAULT_CONFIDENCE) -> Movement | None:
    """Return what an operating point moves, None without cases. Nothing accepted moves nothing, exactly so."""
    if point.coverage is None:
        return None
    if point.accuracy is None:
        return Movement(0.0, Interval(0.0, 0.0), 0.0, 0.0, worth.volume)
    each = (1 + confidence) / 2
    coverage = clopper_pearson(point.accepted, point.n, each)
    accuracy = clopper_pearson(point.right, point.accepted, each)
    ends = [worth.of(*pair) for pair in product((coverage.low, coverage.high), (accuracy.low, accuracy.high))]
    decided = worth.volume * point.coverage
    return Movement(
        worth.of(point.coverage, point.accuracy),
        Interval(min(ends), max(ends)),
        decided,
        decided * (1 - point.accuracy),
        worth.volume - decided,
    )


def free_movement(
    point: CurvePoint,
    worth: Worth,
    formula: Formula,
    inputs: Mapping[str, float],
    confidence: float = DEFAULT_CONFIDENCE,
) -> Movement | None:
    """Return what a formula over NAMES and `inputs` moves, None without cases or where nothing is accepted.

    Raises FormulaError where it has no finite value somewhere in the two intervals.
    """
    if point.coverage is None or point.accuracy is None:
        return None

    def at(coverage: float, accuracy: float) -> float:
        return formula.value({**inputs, **_values(worth, coverage, accuracy)})

    each = (1 + confidence) / 2
    coverages = _grid(clopper_pearson(point.accepted, point.n, each))
    accuracies = _grid(clopper_pearson(point.right, point.accepted, each))
    expected = at(point.coverage, point.accuracy)
    ends = [expected, *(at(*pair) for pair in product(coverages, accuracies))]
    decided = worth.volume * point.coverage
    return Movement(
        expected,
        Interval(min(ends), max(ends)),
        decided,
        decided * (1 - point.accuracy),
        worth.volume - decided,
    )


def _values(worth: Worth, coverage: float, accuracy: float) -> dict[str, float]:
    decided = worth.volume * coverage
    return {
        "coverage": coverage,
        "accuracy": accuracy,
        "error_rate": 1 - accuracy,
        "volume": worth.volume,
        "value_per_correct": worth.value_per_correct,
        "cost_per_error": worth.cost_per_error,
        "decided": decided,
        "errors": decided * (1 - accuracy),
        "left": worth.volume - decided,
    }


def _grid(interval: Interval) -> list[float]:
    return [interval.low + (interval.high - interval.low) * step / STEPS for step in range(STEPS + 1)]


def break_even(worth: Worth) -> float | None:
    """Return the accuracy at which right and wrong decisions cancel out, None when no accuracy does."""
    both = worth.value_per_correct + worth.cost_per_error
    share = worth.cost_per_error / both if both else -1.0
    return share if 0 <= share <= 1 else None
