"""Several targets as one check: the weakest decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from kpis.scoring.inputs import Candidate, JudgementInputs, RunFacts
from kpis.scoring.measured.candidate import evidence, measured_at, proof, rested, unusable
from kpis.scoring.measured.evaluated import Evaluated, evaluated_of, judge_on
from kpis.scoring.measurement import Evidence, Measurement, weakest
from kpis.scoring.sampling import observed_for
from kpis.scoring.target_judgement import TargetJudgement, judge_target
from kpis.scoring.targets import Accepted, Target, accepted
from kpis.scoring.wording import listed

# What a sum of relative distances must reach.
NO_DISTANCE = Accepted(-1.0, 0.0)


def overall_target(inputs: JudgementInputs, metric: str) -> Target | None:
    """Return the target on a metric over all cases, None when there is none."""
    return next((each for each in inputs.targets if each.metric == metric and not each.slice), None)


def together(inputs: JudgementInputs, targets: Sequence[Target], own_n: bool = False) -> Measurement:
    """Measure several targets on the candidate. With `own_n` only `<metric>_n` counts, never the run's n.

    A waiver of several compares the sum of their relative distances from what they accept.
    """
    blocked = unusable(inputs.candidate)
    if blocked is not None or inputs.candidate is None:
        return blocked or Measurement("missing")
    found = evaluated_of(inputs)
    judged = [_judge(inputs, inputs.candidate.run, target, own_n) for target in targets]
    rests_on, at = _evidence(inputs.candidate, found, targets), measured_at(inputs.candidate)
    return combined(judged, rests_on, at)


def combined(judged: Sequence[TargetJudgement], rests_on: tuple[Evidence, ...], at: datetime | None) -> Measurement:
    """Return one judgement with its own numbers, or how many of several are met; the weakest decides."""
    if len(judged) == 1:
        return rested(judged[0], rests_on, at)
    short = [each for each in judged if each.result != "pass"]
    return Measurement(
        weakest([each.result for each in judged]),
        observed=f"{len(judged) - len(short)} of {len(judged)} met",
        expected=listed([each.expected for each in judged]),
        reason="; ".join(each.reason for each in short),
        what_would_pass=" ".join(dict.fromkeys(each.what_would_pass for each in short)),
        evidence=rests_on,
        value=sum(relative_distance(each) for each in judged),
        aim=NO_DISTANCE,
        half=any(each.half for each in judged),
        at=at,
    )


def _evidence(candidate: Candidate, found: Evaluated | None, targets: Sequence[Target]) -> tuple[Evidence, ...]:
    """Return the evaluation as evidence, and the run where a target is on what only it reports."""
    if found is None:
        return evidence(candidate)
    by_run = [target for target in targets if not found.measures(target)]
    by_both = (*proof(candidate), *evidence(candidate)) if candidate.run.id else proof(candidate)
    return proof(candidate) if not by_run else by_both


def _judge(inputs: JudgementInputs, run: RunFacts, target: Target, own_n: bool) -> TargetJudgement:
    found = evaluated_of(inputs)
    if found is not None and found.measures(target):
        return judge_on(found, target, inputs.initiative.criticality)
    reported = replace(run.reported, sample_key="") if own_n else run.reported
    point, note = observed_for(reported, target)
    return judge_target(target, point, inputs.initiative.criticality, note)


def relative_distance(judged: TargetJudgement) -> float:
    """Return how far the observed value lies from the accepted set, as a ratio of the target.

    0 inside, and 1 where nothing is observed: a waiver of a bad value does not cover its absence.
    """
    if judged.observed is None:
        return 1.0
    return accepted(judged.target).distance(judged.observed) / max(abs(judged.target.value), 1e-9)
