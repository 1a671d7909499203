"""The candidate's evaluation at its operating point, and what each target says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from kpis.scoring.evaluations.operating import Operating, operate
from kpis.scoring.evaluations.reporting import reported_at
from kpis.scoring.evaluations.usable import fits
from kpis.scoring.inputs import EvaluationFacts, JudgementInputs
from kpis.scoring.measured.evaluated_gaps import RATES, family_of, judge_gap
from kpis.scoring.measured.evaluated_parts import judge_parts
from kpis.scoring.measured.evaluated_point import judge_accuracy, judge_coverage
from kpis.scoring.sampling import Reported, metric_key, point_of
from kpis.scoring.target_judgement import TargetJudgement, judge_target
from kpis.scoring.targets import Criticality, Target, expectation

# What an evaluation alone says of its candidate; all other metrics may come from the run.
ITS_OWN = ("accuracy", "coverage", "error_rate")
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An evaluation at the operating point that the targets give it, and the metrics there."""

    facts: EvaluationFacts
    operating: Operating
    reported: Reported

    def measures(self, target: Target) -> bool:
        """Say whether the evaluation answers a target; if not, the candidate's run may."""
        family = family_of(target)
        if target.metric in ITS_OWN or (family in RATES and bool(self.facts.tally.group_columns)):
            return True
        return target.slice.endswith("*") or metric_key(target.metric, target.slice) in self.reported.metrics


class _Asked:
    """An evaluation under targets, equal to itself alone: neither changes, and comparing counts would cost more."""

    def __init__(self, facts: EvaluationFacts, targets: Sequence[Target]) -> None:
        self.facts, self.targets = facts, targets

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self.facts is other.facts and self.targets is other.targets

    def __hash__(self) -> int:
        return hash((id(self.facts), id(self.targets)))


def evaluated(facts: EvaluationFacts, targets: Sequence[Target]) -> Evaluated:
    """Return an evaluation at its operating point; the checks of one judgement ask again and again."""
    return _evaluated(_Asked(facts, targets))


@lru_cache(maxsize=4)
def _evaluated(asked: _Asked) -> Evaluated:
    found = operate(asked.facts, asked.targets)
    return Evaluated(asked.facts, found, reported_at(asked.facts, found.point))


def evaluated_of(inputs: JudgementInputs) -> Evaluated | None:
    """Return the candidate's evaluation at its operating point, None where it has none."""
    facts = None if inputs.candidate is None else inputs.candidate.evaluation
    return None if facts is None else evaluated(facts, inputs.targets)


def judge_on(found: Evaluated, target: Target, criticality: Criticality) -> TargetJudgement:
    """Judge a target that the evaluation measures; on other data than the target names it is not used."""
    for each in (target, found.operating.accuracy) if _is_joint(target) else (target,):
        if each is not None and not fits(each, found.facts.dataset):
            return _on_other_data(found.facts, target, each.dataset_digest)
    if not target.slice and target.metric == "accuracy":
        return judge_accuracy(found.operating, target, criticality)
    if not target.slice and target.metric == "coverage":
        return judge_coverage(found.operating, target, criticality)
    if family_of(target) in RATES:
        return judge_gap(found.facts.tally, found.operating.point.threshold, target)
    if target.slice.endswith("*"):
        return judge_parts(found.facts.tally, found.reported, target, criticality)
    point = point_of(found.reported, target.metric, target.slice)
    name = f"{target.metric} on {target.slice}" if target.slice else target.metric
    return judge_target(target, point, criticality, f"the evaluation decides no case that gives {name}")


def _is_joint(target: Target) -> bool:
    return not target.slice and target.metric in ("accuracy", "coverage")


def _on_other_data(facts: EvaluationFacts, target: Target, digest: str) -> TargetJudgement:
    given = facts.dataset
    shown = SHOWN if given is None or given.digest[:SHOWN] != digest[:SHOWN] else max(len(digest), len(given.digest))
    stands = "names no data" if given is None else f"is on {given.name}@{given.digest[:shown]}"
    return TargetJudgement(
        target,
        "missing",
        None,
        expectation(target),
        reason=f"the evaluation {stands}, and the target counts only data with the digest {digest[:shown]}",
        what_would_pass=f"Evaluate the candidate on the data with the digest {digest[:shown]}.",
    )
