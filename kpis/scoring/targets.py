"""What a metric must reach, as an accepted set of values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kpis.scoring.proportions import DEFAULT_CONFIDENCE
from kpis.scoring.wording import figure, percent

Comparator = Literal[">=", "<=", ">", "<", "between"]
Criticality = Literal["experiment", "standard", "critical"]
DEFAULT_STEP = 0.01
SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}

# Shares of counted cases, for which an exact bound exists. Not here on purpose, because they are no share of n
# cases: f1, auc, balanced_accuracy, r2, kappa.
# fmt: off
PROPORTIONS = frozenset({
    "accuracy", "coverage", "precision", "recall", "sensitivity", "specificity", "error_rate",
    "misclassification_rate", "hit_rate", "selective_accuracy", "top_k_accuracy", "top_1_accuracy",
    "top_3_accuracy", "top_5_accuracy", "true_positive_rate", "true_negative_rate", "false_positive_rate",
    "false_negative_rate", "negative_predictive_value", "exact_match", "abstention_rate", "automation_rate",
    "label_error_rate", "pass_rate", "win_rate",
})
# fmt: on


@dataclass(frozen=True, slots=True)
class Target:
    """One version of a target. `high` is the upper end of "between"; `slice` is empty for all cases.

    `confidence` None means the default of 0.95 wherever a bound is used. `proportion` None looks the metric up
    in PROPORTIONS. On evaluations: `threshold` is the confidence from which the model decides alone, None lets it be
    chosen within the guarantee on a grid of `grid_step`; `dataset_digest` is the only data that counts, "" is any;
    `declared_at` is when this version took force. `slice` "column=*" means each slice of a column, "*" each of all.
    """

    id: str
    metric: str
    comparator: Comparator
    value: float
    high: float | None = None
    slice: str = ""
    minimum_n: int | None = None
    confidence: float | None = None
    proportion: bool | None = None
    threshold: float | None = None
    grid_step: float = DEFAULT_STEP
    dataset_digest: str = ""
    declared_at: datetime | None = None

    @property
    def is_proportion(self) -> bool:
        """Whether the metric is a share of n cases."""
        return self.metric in PROPORTIONS if self.proportion is None else self.proportion

    @property
    def sure(self) -> float:
        """The confidence of its bounds, as a ratio."""
        return DEFAULT_CONFIDENCE if self.confidence is None else self.confidence


@dataclass(frozen=True, slots=True)
class Accepted:
    """The accepted set: from `low` to `high`, each end belonging to it or not."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    def holds(self, value: float) -> bool:
        """Say whether a value lies inside."""
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        return above and below

    def inside(self, other: Accepted) -> bool:
        """Say whether every value of this set lies in the other."""
        low = self.low > other.low or (self.low == other.low and (self.low_open or not other.low_open))
        high = self.high < other.high or (self.high == other.high and (self.high_open or not other.high_open))
        return low and high

    def distance(self, value: float) -> float:
        """Return how far a value lies outside, 0 inside, in the metric's unit."""
        return max(0.0, self.low - value, value - self.high)


def accepted(target: Target) -> Accepted:
    """Return the accepted set of a target. "between" without an upper end raises ValueError."""
    if target.comparator == "between":
        if target.high is None:
            raise ValueError("A target between two values needs both.")
        return Accepted(target.value, target.high)
    strict = target.comparator in (">", "<")
    if target.comparator in (">=", ">"):
        return Accepted(target.value, math.inf, low_open=strict)
    return Accepted(-math.inf, target.value, high_open=strict)


def expectation(target: Target) -> str:
    """Return a target in words: "accuracy ≥ 0.9 at 95 % confidence, n ≥ 500, on region=EU"."""
    if target.comparator == "between" and target.high is not None:
        text = f"{target.metric} between {figure(target.value)} and {figure(target.high)}"
    else:
        text = f"{target.metric} {SIGNS[target.comparator]} {figure(target.value)}"
    if target.is_proportion or target.confidence is not None:
        text += f" at {percent(target.sure)} confidence"
    if target.minimum_n:
        text += f", n ≥ {target.minimum_n:,}"
    return text + (f", on {_part(target.slice)}" if target.slice else "")


def terms(target: Target) -> str:
    """Return what else a target says of evaluations: "from the threshold 0.8, on data d1 alone", or ""."""
    found = []
    if target.threshold is not None:
        found.append(f"from the threshold {figure(target.threshold)}")
    elif target.grid_step != DEFAULT_STEP:
        found.append(f"thresholds in steps of {figure(target.grid_step)}")
    if target.dataset_digest:
        found.append(f"on data {target.dataset_digest} alone")
    return ", ".join(found)


def _part(part: str) -> str:
    """Return a slice in words; "region=*" is each of a column, "*" each of all."""
    column, star, rest = part.partition("*")
    if not star or rest or (column and not column.endswith("=")):
        return part
    return f"each {column.removesuffix('=')}" if column else "each slice"


def merit(target: Target, value: float) -> float:
    """Return how good a value is in the target's direction: larger is better, whatever the comparator."""
    if target.comparator == "between":
        return -accepted(target).distance(value)
    return value if higher_is_better(target) else -value


def higher_is_better(target: Target) -> bool:
    """Say whether a larger value lies nearer to the target, which is so for all but ≤ and <."""
    return target.comparator not in ("<=", "<")
