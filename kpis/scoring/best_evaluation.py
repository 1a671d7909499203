"""The best evaluation under several targets: all of them met by the same one."""

from __future__ import annotations

from collections.abc import Sequence

from kpis.scoring.inputs import EvaluationFacts
from kpis.scoring.measured.evaluated import evaluated, judge_on
from kpis.scoring.targets import Criticality, Target


def best_evaluation(
    evaluations: Sequence[EvaluationFacts], targets: Sequence[Target], criticality: Criticality
) -> EvaluationFacts | None:
    """Return the one that meets most targets, the first of those given at a tie; None without any."""
    if len(evaluations) < 2 or not targets:
        return next(iter(evaluations), None)
    return max(evaluations, key=lambda facts: _met(facts, targets, criticality))


def _met(facts: EvaluationFacts, targets: Sequence[Target], criticality: Criticality) -> int:
    found = evaluated(facts, targets)
    measured = [target for target in targets if found.measures(target)]
    return sum(judge_on(found, target, criticality).result == "pass" for target in measured)
