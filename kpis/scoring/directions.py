"""Which way a metric gets better: as a target on it asks, else as its name says, else upwards, which is then said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kpis.scoring.targets import PROPORTIONS, Target, higher_is_better, merit

Better = Literal["higher", "lower", "inside"]
KnownBy = Literal["target", "name", "assumed"]

_LOWER = re.compile(
    r"error|loss|rmse|mae|mse|mape|latency|abstention|false_|misclassif|perplexity|brier|divergence|deviation"
    r"|_difference$|(^|_)(wer|cer|ece|fpr|fnr|psi|cost|duration)(_|$)"
)
_HIGHER = re.compile(
    r"accuracy|agreement|precision|recall|auc|_ratio$|(^|_)(f1|fbeta|iou|map|ndcg|mrr|r2|kappa|mcc|bleu)(_|$|@)"
)


@dataclass(frozen=True, slots=True)
class Direction:
    """Which way is better, and how that is known. `target` is the one that says so, None where none does.

    "inside" is that of a target between two values: better is nearer to them, and as good as it gets within.
    """

    better: Better = "higher"
    known_by: KnownBy = "assumed"
    target: Target | None = None

    def merit(self, value: float) -> float:
        """Return how good a value is, in the metric's unit: larger is better, whatever the direction."""
        if self.target is not None:
            return merit(self.target, value)
        return -value if self.better == "lower" else value

    @property
    def words(self) -> str:
        """The direction and how it is known, as part of a sentence."""
        way = {"higher": "higher is better", "lower": "lower is better", "inside": "nearer to the target is better"}
        known = {
            "target": "as its target asks",
            "name": "as its name says",
            "assumed": "assumed, since neither a target nor its name says so",
        }
        return f"{way[self.better]}, {known[self.known_by]}"


def direction_of(metric: str, targets: Sequence[Target]) -> Direction:
    """Return the direction of a metric over all cases; a target on a slice alone does not tell it."""
    target = next((each for each in targets if each.metric == metric and not each.slice), None)
    if target is not None:
        inside = target.comparator == "between"
        return Direction("inside" if inside else "higher" if higher_is_better(target) else "lower", "target", target)
    name = metric.lower()
    if _LOWER.search(name):
        return Direction("lower", "name")
    return Direction("higher", "name" if name in PROPORTIONS or _HIGHER.search(name) else "assumed")
