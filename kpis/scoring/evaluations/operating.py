"""The operating point of an evaluation under the targets in force: where the model decides alone, and how we know.

A threshold that the accuracy target named before the evaluation became known is judged by exact bounds. Any other is
chosen on the data, and then only the guarantee proves the accuracy; the coverage is proven at the guaranteed point, and
missed only where even the largest coverage that looks good is too small.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kpis.scoring.evaluations.choice import Choice, Reach, choose, reach
from kpis.scoring.evaluations.curve import CurvePoint, curve, point_at, points_at
from kpis.scoring.evaluations.decision import PointDecision, decide_chosen, decide_point
from kpis.scoring.evaluations.guarantee import DEFAULT_STEP, declared_grid
from kpis.scoring.inputs import EvaluationFacts
from kpis.scoring.proportions import DEFAULT_CONFIDENCE, decide, n_to_meet
from kpis.scoring.targets import Target
from projects.progress.evaluations.ladder import Ladder

Method = Literal["declared", "late", "fixed_sequence", "observed", "asked", "all"]
FROM_BELOW = (">=", ">")


@dataclass(frozen=True, slots=True)
class Operating:
    """One point of the curve, and how it came about.

    `method`: "declared" before the data; "late", named after them; "fixed_sequence", chosen with the guarantee;
    "observed", chosen without one, since nothing is guaranteed; "asked" by a reader; "all" without an accuracy target.
    `choice` and `reach` are None where no accuracy between 0 and 1 is asked for, `reach` also without a coverage.
    """

    point: CurvePoint
    method: Method
    accuracy: Target | None = None
    coverage: Target | None = None
    decision: PointDecision | None = None
    choice: Choice | None = None
    reach: Reach | None = None

    @property
    def guaranteed_coverage(self) -> float | None:
        """The coverage that holds with the accuracy at the confidence asked for, None where none does."""
        guaranteed = self.choice.guaranteed if self.choice else None
        return None if guaranteed is None else guaranteed.coverage


def operate(facts: EvaluationFacts, targets: Sequence[Target]) -> Operating:
    """Return the operating point of an evaluation: its accuracy and its coverage are judged there and nowhere else."""
    accuracy, coverage = _overall(targets, "accuracy"), _overall(targets, "coverage")
    ladder = facts.tally.whole
    if accuracy is None:
        return _without_accuracy(ladder, coverage)
    if accuracy.threshold is not None:
        return _at(facts, accuracy, coverage, accuracy.threshold, "declared" if _before(accuracy, facts) else "late")
    choice = _choice(facts, accuracy)
    found = _reach(ladder, accuracy, coverage)
    point, method = _chosen(ladder, choice, found)
    return _judged(ladder, Operating(point, method, accuracy, coverage, None, choice, found))


def at_threshold(facts: EvaluationFacts, targets: Sequence[Target], threshold: float) -> Operating:
    """Return what another threshold would give; it is one that is chosen on the data. Raises ValueError for NaN."""
    accuracy, coverage = _overall(targets, "accuracy"), _overall(targets, "coverage")
    if accuracy is None:
        return replace(_without_accuracy(facts.tally.whole, coverage, threshold), method="asked")
    return _at(facts, accuracy, coverage, threshold, "asked")


def _at(
    facts: EvaluationFacts, accuracy: Target, coverage: Target | None, threshold: float, method: Method
) -> Operating:
    ladder = facts.tally.whole
    found = _reach(ladder, accuracy, coverage)
    point = point_at(ladder, threshold)
    return _judged(ladder, Operating(point, method, accuracy, coverage, None, _choice(facts, accuracy), found))


def _judged(ladder: Ladder, found: Operating) -> Operating:
    accuracy, covered = found.accuracy, _value(found.coverage)
    if accuracy is None:
        return found
    least = accuracy.minimum_n or 0
    if found.method == "declared":
        decision = decide_point(found.point, accuracy.value, covered, accuracy.sure, least)
        return replace(found, decision=decision)
    guaranteed = found.choice.guaranteed if found.choice else None
    decision = decide_chosen(found.point, guaranteed, accuracy.value, covered, accuracy.sure, least)
    if found.method == "fixed_sequence" and covered is not None and decision.coverage != "met":
        decision = _not_yet_covered(ladder, found, decision, covered)
    return replace(found, decision=decision)


def _not_yet_covered(ladder: Ladder, found: Operating, decision: PointDecision, covered: float) -> PointDecision:
    """Return the decision where the guaranteed coverage is too small: missed only if the observed one is, too."""
    observed = found.choice.observed if found.choice else None
    confidence = found.coverage.sure if found.coverage else DEFAULT_CONFIDENCE
    if observed is None or observed.coverage is None or found.accuracy is None:
        return decision
    if decide(observed.coverage, observed.n, covered, confidence) == "missed":
        return replace(decision, coverage="missed", n_more=None)
    return replace(decision, coverage="undecided", n_more=_more(ladder, found.accuracy, covered, confidence))


def _more(ladder: Ladder, accuracy: Target, covered: float, confidence: float) -> int | None:
    """Return how many more cases in scope prove both at some point of the grid, at the present rates.

    None when no point looks better than both targets: more cases would rather confirm a miss.
    """
    needed = []
    for point in points_at(ladder, declared_grid(accuracy.grid_step)):
        proven = n_to_meet(point.accuracy or 0, accuracy.value, accuracy.sure)
        enough = n_to_meet(point.coverage or 0, covered, confidence)
        if proven is not None and enough is not None:
            needed.append(max(math.ceil(proven * point.n / point.accepted), enough))
    return max(1, min(needed) - ladder.n) if needed else None


def _chosen(ladder: Ladder, choice: Choice | None, found: Reach | None) -> tuple[CurvePoint, Method]:
    if choice is not None and choice.guaranteed is not None:
        return choice.guaranteed.point, "fixed_sequence"
    if choice is not None and choice.observed is not None:
        return choice.observed, "observed"
    nearest = max(curve(ladder), key=lambda point: (point.accuracy or 0, point.accepted), default=None)
    best = found.best if found is not None else None
    return best or nearest or CurvePoint(0.0, 0, 0, ladder.n), "observed"


def _choice(facts: EvaluationFacts, accuracy: Target) -> Choice | None:
    if not 0 < accuracy.value < 1 or accuracy.comparator not in FROM_BELOW:
        return None
    step = accuracy.grid_step if _before(accuracy, facts) else DEFAULT_STEP
    least = accuracy.minimum_n or 0
    return choose(facts.tally.whole, accuracy.value, accuracy.sure, declared_grid(step), least=least)


def _reach(ladder: Ladder, accuracy: Target, coverage: Target | None) -> Reach | None:
    covered = _value(coverage)
    return None if covered is None else reach(curve(ladder), accuracy.value, covered)


def _without_accuracy(ladder: Ladder, coverage: Target | None, threshold: float = 0.0) -> Operating:
    return Operating(point_at(ladder, threshold), "all", None, coverage)


def _before(accuracy: Target, facts: EvaluationFacts) -> bool:
    """Say whether the target was in force before the evaluation became known."""
    declared, known = accuracy.declared_at, facts.recorded_at
    return declared is None or known is None or declared <= known


def _overall(targets: Sequence[Target], metric: str) -> Target | None:
    return next((each for each in targets if each.metric == metric and not each.slice), None)


def _value(target: Target | None) -> float | None:
    return target.value if target is not None and target.comparator in FROM_BELOW else None
