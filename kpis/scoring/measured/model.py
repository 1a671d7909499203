"""Are accuracy and coverage reached together, and every other target too?"""

from __future__ import annotations

from dataclasses import replace

from kpis.scoring.inputs import JudgementInputs, RunFacts
from kpis.scoring.measured.candidate import noted, of_judgement, unusable, without_target
from kpis.scoring.measured.evaluated import evaluated_of, judge_on
from kpis.scoring.measured.groups import JUDGED_HERE
from kpis.scoring.measured.several import overall_target, together
from kpis.scoring.measurement import Measurement
from kpis.scoring.operating_point import HOW_TO_DECLARE, OperatingPoint, accepted_cases, operating_point
from kpis.scoring.target_judgement import TargetJudgement, judge_target
from kpis.scoring.targets import Target

TOGETHER = ("accuracy", "coverage")


def accuracy(inputs: JudgementInputs) -> Measurement:
    """Measure accuracy at the operating point of the evaluation or the run; a run's alone where none is declared."""
    target = overall_target(inputs, "accuracy")
    blocked = unusable(inputs.candidate)
    if target is None:
        return without_target("accuracy")
    if blocked is not None or inputs.candidate is None:
        return blocked or without_target("accuracy")
    found, run = evaluated_of(inputs), inputs.candidate.run
    if found is not None:
        return of_judgement(judge_on(found, target, inputs.initiative.criticality), inputs)
    point = operating_point(run.reported)
    judged = judge_target(target, point.accuracy, inputs.initiative.criticality, run.ambiguous.get("accuracy", ""))
    return noted(of_judgement(judged, inputs), _fewer_cases(inputs, run, point, judged))


def _fewer_cases(inputs: JudgementInputs, run: RunFacts, point: OperatingPoint, judged: TargetJudgement) -> str:
    """Return a warning where accuracy passes only while n counts the cases that the model leaves to people."""
    cases = accepted_cases(point)
    if judged.result != "pass" or judged.half or not cases or point.accuracy is None or "accuracy_n" in _keys(run):
        return ""
    again = judge_target(judged.target, replace(point.accuracy, n=cases), inputs.initiative.criticality)
    if again.result == "pass":
        return ""
    return f"accuracy would be {again.result} on the {cases:,} cases that coverage leaves: report accuracy_n"


def _keys(run: RunFacts) -> set[str]:
    return {*run.metrics, *run.params, *run.tags}


def coverage(inputs: JudgementInputs) -> Measurement:
    """Measure coverage at the operating point of accuracy; without one it is missing."""
    target = overall_target(inputs, "coverage")
    blocked = unusable(inputs.candidate)
    if target is None:
        return without_target("coverage")
    if blocked is not None or inputs.candidate is None:
        return blocked or without_target("coverage")
    found = evaluated_of(inputs)
    if found is not None:
        return of_judgement(judge_on(found, target, inputs.initiative.criticality), inputs)
    return _coverage(inputs, inputs.candidate.run, target)


def _coverage(inputs: JudgementInputs, run: RunFacts, target: Target) -> Measurement:
    point = operating_point(run.reported)
    why = run.ambiguous.get("coverage", "") or point.problem
    judged = judge_target(target, point.coverage, inputs.initiative.criticality, why)
    measured = of_judgement(judged, inputs)
    if judged.result == "pass" and (point.accuracy is None or point.accuracy.number is None):
        lone = "the run has a coverage but no accuracy at its threshold"
        return replace(measured, result="missing", reason=lone, what_would_pass=HOW_TO_DECLARE)
    return replace(measured, what_would_pass=HOW_TO_DECLARE) if point.problem else measured


def other_targets(inputs: JudgementInputs) -> Measurement:
    """Measure all targets but overall accuracy and coverage, and those that other sections judge."""
    rest = [
        target
        for target in inputs.targets
        if target.metric not in JUDGED_HERE and (target.slice or target.metric not in TOGETHER)
        if not _is_of_operations(inputs, target)
    ]
    if not rest:
        return Measurement("not_applicable", reason="no target beside accuracy and coverage is set")
    return together(inputs, rest)


def _is_of_operations(inputs: JudgementInputs, target: Target) -> bool:
    """Say whether a target is on what is observed in production, and the candidate's run reports nothing of it."""
    observed = {(each.seen.name, each.seen.segment) for each in inputs.observed.figures}
    reported = inputs.candidate is not None and target.metric in inputs.candidate.run.metrics
    return (target.metric, target.slice) in observed and not reported
