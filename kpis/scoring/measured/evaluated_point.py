"""Accuracy and coverage at the operating point of an evaluation, in words."""

from __future__ import annotations

from dataclasses import replace

from kpis.scoring.evaluations.curve import CurvePoint, accuracy_metric, coverage_metric
from kpis.scoring.evaluations.guarantee import Guaranteed
from kpis.scoring.evaluations.operating import FROM_BELOW, Operating
from kpis.scoring.target_judgement import TargetJudgement, TargetResult, bounds_words, judge_target
from kpis.scoring.targets import Criticality, Target, expectation
from kpis.scoring.wording import counted, figure

HOW = {
    "declared": "declared before the data",
    "late": "named after the data were known, so that only the guarantee would prove it",
    "fixed_sequence": "chosen on the data with a guarantee",
    "observed": "chosen on the data, where nothing is guaranteed",
    "asked": "asked for",
    "all": "where everything that has a confidence is accepted",
}


def judge_accuracy(found: Operating, target: Target, criticality: Criticality) -> TargetJudgement:
    """Judge accuracy: by its bound where the threshold was declared before the data, else by the guarantee."""
    nothing = f"nothing is accepted at threshold {figure(found.point.threshold)}"
    judged = judge_target(target, accuracy_metric(found.point), criticality, nothing)
    if judged.observed is None:
        return replace(judged, what_would_pass="Evaluate a model that states a confidence for the cases it decides.")
    if found.choice is None or found.method == "declared":
        return _in_words(found, target, judged, judged.result)
    proven = found.decision is not None and found.decision.accuracy == "met"
    if judged.result == "pass" and not proven:
        return _in_words(found, target, judged, "insufficient")
    return _in_words(found, target, judged, judged.result)


def judge_coverage(found: Operating, target: Target, criticality: Criticality) -> TargetJudgement:
    """Judge coverage at the point of accuracy.

    Where the guarantee chose the point, too little is a failure only if even what looks accurate enough is too little.
    """
    judged = judge_target(target, coverage_metric(found.point), criticality)
    if found.method != "fixed_sequence" or judged.result == "pass" or target.comparator not in FROM_BELOW:
        return _in_words(found, target, judged, judged.result)
    missed = found.decision is not None and found.decision.coverage == "missed"
    return _in_words(found, target, judged, "fail" if missed else "insufficient")


def _in_words(found: Operating, target: Target, judged: TargetJudgement, result: TargetResult) -> TargetJudgement:
    more = _more(found, judged) if result == "insufficient" else None
    parts = [
        _bounds(target, judged),
        f"at threshold {figure(found.point.threshold)}, {HOW[found.method]}",
        _coverages(found),
        f"{counted(more, 'more case')} in scope needed at the present rates" if more else "",
        "more cases would rather confirm a miss" if result == "insufficient" and not more else "",
        found.reach.words if found.reach and not found.reach.reachable and result != "pass" else "",
    ]
    return replace(
        judged,
        result=result,
        reason="; ".join(part for part in parts if part),
        n_more=more,
        what_would_pass=_advice(found, target, result, more),
    )


def _bounds(target: Target, judged: TargetJudgement) -> str:
    if judged.low is None or judged.high is None or judged.n is None:
        return judged.reason
    return bounds_words(target, judged.low, judged.high, judged.n)


def _more(found: Operating, judged: TargetJudgement) -> int | None:
    """Return how many more cases in scope settle it; what a minimum n still asks for is not less."""
    if found.choice is None or found.decision is None:
        return judged.n_more
    return found.decision.n_more or judged.n_more


def _coverages(found: Operating) -> str:
    """Return the coverage of the point, and the largest ones at the accuracy asked for, as seen and as guaranteed."""
    here = f"coverage {_share(found.point)}"
    if found.choice is None:
        return here
    guaranteed, searched = (_guaranteed(each) for each in (found.choice.guaranteed, found.choice.sgr))
    seen = _share(found.choice.observed)
    return f"{here}; the largest at this accuracy is {seen} observed, {guaranteed} guaranteed, {searched} by SGR"


def _share(point: CurvePoint | None) -> str:
    return "none" if point is None or point.coverage is None else figure(point.coverage)


def _guaranteed(found: Guaranteed | None) -> str:
    return "none" if found is None else figure(found.coverage)


def _advice(found: Operating, target: Target, result: TargetResult, more: int | None) -> str:
    if result == "pass":
        return ""
    if result != "insufficient" or not more:
        aims = [expectation(each) for each in (found.accuracy, found.coverage) if each is not None] or [
            expectation(target)
        ]
        return f"A candidate with {' and '.join(aims)}" + (", at one threshold." if len(aims) > 1 else ".")
    if found.method in ("declared", "fixed_sequence", "all"):
        return f"Measure {counted(more, 'more case')} at the present rates, or improve the model."
    threshold = figure(found.point.threshold)
    name = f"Name the threshold {threshold} on the target" if found.method == "observed" else "Keep the threshold"
    return f"{name}, then evaluate {counted(more, 'fresh case')}; or improve the model."
