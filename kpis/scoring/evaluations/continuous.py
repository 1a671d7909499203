"""The audit of a live model: what evaluations in production say over time, and what of it is wrong for sure.

A fault is a bound that crosses its target, never a point: the interval lies wholly on the wrong side. While it cuts the
target in two, or a point comes without one, nobody can tell, and what was found before stands; it ends when the bound
is on the right side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from kpis.scoring.evaluations.operating import Operating
from kpis.scoring.evaluations.parts import Part, group_parts
from kpis.scoring.evaluations.segments import by_group, hidden_groups
from kpis.scoring.evaluations.share import Share
from kpis.scoring.inputs import EvaluationFacts
from kpis.scoring.measured.evaluated import evaluated, judge_on
from kpis.scoring.monitoring.faults import cause_of
from kpis.scoring.target_judgement import TargetJudgement
from kpis.scoring.targets import Criticality, Target
from projects.progress.faults import Fault

KIND: Final = "evaluation"
LONGEST_NAME: Final = 120


@dataclass(frozen=True, slots=True)
class Audited:
    """A production evaluation at its operating point; groups of few people are hidden, and only counted.

    `unmeasured` are the targets in force of which it says nothing.
    """

    facts: EvaluationFacts
    operating: Operating
    groups: tuple[Part, ...]
    hidden: int
    judgements: tuple[TargetJudgement, ...]
    unmeasured: tuple[Target, ...] = ()

    @property
    def accuracy(self) -> Share:
        """Right of those that it decides alone."""
        return Share(self.operating.point.right, self.operating.point.accepted)

    @property
    def coverage(self) -> Share:
        """Decided alone of all."""
        return Share(self.operating.point.accepted, self.operating.point.n)

    @property
    def broken(self) -> tuple[TargetJudgement, ...]:
        """The targets that are missed for sure; a point without an interval is never sure."""
        return tuple(each for each in self.judgements if each.result == "fail" and not each.half)

    def group(self, name: str) -> Part | None:
        """Return a group, None where it is hidden or has no case."""
        return next((each for each in self.groups if each.name == name), None)


def audited(facts: EvaluationFacts, targets: Sequence[Target], level: Criticality) -> Audited:
    """Return what a production evaluation says under the targets in force; only what it measures is judged."""
    found = evaluated(facts, targets)
    hidden = hidden_groups(facts.tally)
    return Audited(
        facts,
        found.operating,
        group_parts(facts.tally, found.operating.point.threshold, targets),
        sum(name in hidden for name in by_group(facts.tally)),
        tuple(judge_on(found, target, level) for target in targets if found.measures(target)),
        tuple(target for target in targets if not found.measures(target)),
    )


def faults_of(found: Audited, initiative: str) -> tuple[list[Fault], set[str]]:
    """Return what is missed for sure, and the causes of which nobody can tell now."""
    faults = [_fault(found, each, initiative) for each in found.broken]
    unsure = [each for each in found.judgements if each.half or each.result not in ("fail", "pass")]
    undecided = {_cause(each, initiative) for each in (*found.unmeasured, *(one.target for one in unsure))}
    return faults, undecided


def _cause(target: Target, initiative: str) -> str:
    return cause_of(KIND, initiative, target.metric, target.slice)[:400]


def _fault(found: Audited, judged: TargetJudgement, initiative: str) -> Fault:
    target = judged.target
    evidence: dict[str, Any] = {
        "evaluation": found.facts.id,
        "time": found.facts.at.isoformat() if found.facts.at else None,
        "observed": judged.observed,
        "low": judged.low,
        "high": judged.high,
        "n": judged.n,
        "expected": judged.expected,
        "threshold": found.operating.point.threshold,
    }
    severity = "critical" if target.metric == "accuracy" and not target.slice else "warning"
    words = f"{target.metric} in production, by {found.facts.label}: {judged.reason}"
    return Fault(
        _cause(target, initiative),
        KIND,
        target.metric[:LONGEST_NAME],
        target.slice[:LONGEST_NAME],
        severity,
        words,
        evidence,
    )
