"""The one measure by which all attempts of an initiative are compared, and which way it gets better.

Each attempt has an operating point of its own, and an accuracy there is bought with coverage. So where a target asks
for a coverage, accuracies are compared at that coverage: each attempt decides as many cases, its surest ones. And where
a target asks for an accuracy, coverages are compared as far as each proves that accuracy, all on the same steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from kpis.scoring.directions import Direction, direction_of
from kpis.scoring.evaluations.class_scores import balanced_accuracy, class_scores
from kpis.scoring.evaluations.guarantee import guaranteed_share
from kpis.scoring.targets import Target
from kpis.scoring.wording import percent
from projects.progress.evaluations.confusion import Confusion
from projects.progress.evaluations.coverages import PERCENTS, Coverages

ACCURACY, ERRORS, COVERAGE = "accuracy", "error_rate", "coverage"
COUNTED = (ACCURACY, ERRORS)
FROM_BELOW = (">=", ">")


@dataclass(frozen=True, slots=True)
class Yardstick:
    """A metric with its direction. `coverage` is the percent of cases that each attempt decides, None for all of them.

    Accuracy and error rate are counted; coverage is, too, under the accuracy that `floor` asks for; any other metric is
    taken as each evaluation reports it.
    """

    metric: str = ACCURACY
    direction: Direction = field(default_factory=lambda: Direction("higher", "name"))
    coverage: int | None = None
    floor: Target | None = None

    @property
    def is_counted(self) -> bool:
        """Whether it is a share of cases that MLTrack counted, at one and the same coverage."""
        return self.metric in COUNTED

    @property
    def is_coverage(self) -> bool:
        """Whether it is the coverage that is proven with the accuracy asked for."""
        return self.metric == COVERAGE and self.floor is not None

    @property
    def is_percent(self) -> bool:
        """Whether its values are ratios of cases, shown as percentages."""
        return self.is_counted or self.is_coverage

    @property
    def words(self) -> str:
        """What is compared, as part of a sentence."""
        if self.floor is not None and self.is_coverage:
            asked = f"≥ {percent(self.floor.value)} at {percent(self.floor.sure)} confidence"
            return f"coverage that is guaranteed with the accuracy asked for ({asked}), in steps of a whole percent"
        if not self.is_counted:
            return f"{self.metric}, as each evaluation reports it"
        name = self.metric.replace("_", " ")
        if self.coverage is None:
            return f"{name} of all cases, whatever the confidence, since no target asks for a coverage"
        return f"{name} at a coverage of {self.coverage} %, as the target asks: each attempt decides its surest cases"

    def of_counts(self, right: int | None, n: int | None) -> float | None:
        """Return the value of a counted metric; None where the attempt does not cover so much."""
        if right is None or not n:
            return None
        return right / n if self.metric == ACCURACY else (n - right) / n

    def of_coverages(self, found: Coverages, n: int) -> float | None:
        """Return the coverage that an attempt of n cases guarantees; None where no accuracy is asked for."""
        if self.floor is None or not n:
            return None
        return guaranteed_share(found, n, self.floor.value, self.floor.sure, self.floor.minimum_n or 0)


def yardstick_of(targets: Sequence[Target], metric: str = "") -> Yardstick:
    """Return the measure of a metric under the targets in force.

    Without a metric it is accuracy, or, where no target is on accuracy, what the first target on all cases is about.
    A coverage between two whole percents is taken up to the next.
    """
    whole = [each for each in targets if not each.slice]
    named = [each.metric for each in whole if each.metric != COVERAGE]
    chosen = metric or (ACCURACY if ACCURACY in named or not named else named[0])
    covered, floor = _from_below(whole, COVERAGE), _from_below(whole, ACCURACY)
    place = math.ceil(PERCENTS * covered.value - 1e-9) if covered is not None and chosen in COUNTED else 0
    return Yardstick(
        chosen,
        direction_of(chosen, targets),
        place if 1 <= place <= PERCENTS else None,
        floor if chosen == COVERAGE and floor is not None and 0 < floor.value < 1 else None,
    )


def _from_below(targets: Sequence[Target], metric: str) -> Target | None:
    return next((each for each in targets if each.metric == metric and each.comparator in FROM_BELOW), None)


def reported_value(metric: str, stated: object, confusion: Confusion) -> float | None:
    """Return a metric as an evaluation reports it: what it states itself, else what its confusion counts give.

    The counts give `balanced_accuracy`, `recall/<class>` and `precision/<class>`; None where neither has it.
    """
    if isinstance(stated, int | float):
        return float(stated)
    if metric == "balanced_accuracy":
        return balanced_accuracy(confusion)
    kind, _, name = metric.partition("/")
    scores = class_scores(confusion).get(name) if kind in ("recall", "precision") else None
    if scores is None:
        return None
    return (scores.recall if kind == "recall" else scores.precision).rate
