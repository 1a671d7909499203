"""Is the candidate better than a plain baseline, and not worse than production?

Two runs are compared as separate samples by Newcombe's interval, because their single predictions are not known;
two evaluations on the same cases are compared in pairs (see `champion`). Bounds are one-sided at 95 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from kpis.scoring.directions import direction_of
from kpis.scoring.inputs import Candidate, JudgementInputs, PlainBaseline, RunFacts
from kpis.scoring.measured.candidate import measured_at, proof, unusable
from kpis.scoring.measured.champion import (
    evaluated_production,
    paired_with_production,
    production_evidence,
    slices_not_worse,
)
from kpis.scoring.measured.evaluated import Evaluated, evaluated_of
from kpis.scoring.measured.groups import JUDGED_HERE
from kpis.scoring.measured.several import NO_DISTANCE
from kpis.scoring.measurement import Measurement, Result, weakest
from kpis.scoring.operating_point import declared
from kpis.scoring.points import MetricPoint
from kpis.scoring.proportions import DEFAULT_CONFIDENCE, Interval, newcombe_difference
from kpis.scoring.sampling import point_of
from kpis.scoring.target_judgement import judge_target
from kpis.scoring.targets import Accepted, Target, accepted
from kpis.scoring.wording import figure, listed, lower_figure

TWO_SIDED = 2 * DEFAULT_CONFIDENCE - 1


@dataclass(frozen=True, slots=True)
class Versus:
    """A difference in the direction of better, with its one-sided 95 % bounds where both sides have n."""

    metric: str
    difference: float
    bounds: Interval | None


def better_than_baseline(inputs: JudgementInputs) -> Measurement:
    """Measure whether the candidate's lower bound is above each stated plain baseline."""
    blocked = unusable(inputs.candidate)
    if not inputs.baselines:
        return Measurement("missing", reason="no plain baseline is stated")
    if blocked is not None or inputs.candidate is None:
        return blocked or Measurement("missing")
    found = [_against_baseline(inputs, inputs.candidate, each) for each in inputs.baselines]
    return _weakest_of(found)


def _weakest_of(found: list[Measurement]) -> Measurement:
    """Return several comparisons as one; a waiver then compares the sum of their relative distances."""
    result = weakest([each.result for each in found])
    first = next(each for each in found if each.result == result)
    if len(found) == 1:
        return first
    short = [each for each in found if each.result not in ("pass", "not_applicable")]
    return replace(
        first,
        reason="; ".join(each.reason for each in (short or found) if each.reason),
        expected=listed([each.expected for each in found]),
        half=any(each.half for each in found),
        value=sum(_relative_distance(each) for each in found),
        aim=NO_DISTANCE,
    )


def _relative_distance(found: Measurement) -> float:
    """Return how far a comparison lies from what it must reach, as a ratio of that; 1 where nothing is compared."""
    if found.value is None or found.aim is None:
        return 1.0
    edge = found.aim.high if math.isinf(found.aim.low) else found.aim.low
    return found.aim.distance(found.value) / max(abs(edge), 1e-9)


def _against_baseline(inputs: JudgementInputs, candidate: Candidate, baseline: PlainBaseline) -> Measurement:
    higher = metric_higher_is_better(inputs, baseline.metric)
    target = Target("", baseline.metric, ">" if higher else "<", baseline.value)
    run, found = candidate.run, evaluated_of(inputs)
    point = _point(found, run, baseline.metric)
    judged = judge_target(target, point, inputs.initiative.criticality, run.ambiguous.get(baseline.metric, ""))
    measured = Measurement(
        judged.result,
        observed=judged.observed,
        expected=f"{baseline.metric} {'above' if higher else 'below'} the plain baseline of {figure(baseline.value)}",
        n=judged.n,
        low=judged.low,
        high=judged.high,
        reason=judged.reason,
        what_would_pass=judged.what_would_pass,
        evidence=proof(candidate),
        value=judged.observed,
        aim=accepted(target),
        half=judged.half,
        at=measured_at(candidate),
    )
    if baseline.n is None or judged.result == "missing" or point is None:
        return measured
    return _sampled_baseline(measured, point, baseline, higher)


def _sampled_baseline(measured: Measurement, point: MetricPoint, baseline: PlainBaseline, higher: bool) -> Measurement:
    versus = _difference(baseline.metric, point, MetricPoint(baseline.value, n=baseline.n), higher)
    if versus.bounds is None:
        return measured
    result = _decided(versus.bounds, 0.0, strictly=True)
    words = f"the difference to the plain baseline is {_difference_words(versus)}"
    return replace(measured, result=result, half=False, reason=words, what_would_pass=_advice(result, baseline.metric))


def not_worse_than_production(inputs: JudgementInputs) -> Measurement:
    """Measure whether the candidate is at most the margin below what runs in production (non-inferiority)."""
    blocked = unusable(inputs.candidate)
    if inputs.production is None:
        return Measurement("not_applicable", reason="nothing runs in production yet")
    if inputs.candidate is not None and inputs.candidate.deployed:
        return Measurement("not_applicable", reason="the candidate is what runs in production")
    if blocked is not None or inputs.candidate is None:
        return blocked or Measurement("missing")
    live = inputs.production
    shares = [each.metric for each in inputs.targets if each.is_proportion and not each.slice]
    metrics = [metric for metric in dict.fromkeys(shares) if metric not in JUDGED_HERE] or ["accuracy"]
    found = [
        (paired_with_production(inputs, live) if metric == "accuracy" else None)
        or _against_production(inputs, inputs.candidate, live, metric)
        for metric in metrics
    ]
    return _weakest_of([*found, *slices_not_worse(inputs, live)])


def _point(found: Evaluated | None, run: RunFacts, metric: str) -> MetricPoint | None:
    """Return a metric to compare: at the evaluation's operating point, else at the one that the run declares."""
    if found is not None and found.measures(Target("", metric, ">=", 0)):
        return point_of(found.reported, metric)
    return declared(run.reported, metric)


def _against_production(
    inputs: JudgementInputs, candidate: Candidate, production: RunFacts, metric: str
) -> Measurement:
    ours = _point(evaluated_of(inputs), candidate.run, metric)
    theirs = _point(evaluated_production(inputs), production, metric)
    expected = f"{metric} at most {figure(inputs.margin)} worse than production"
    both = (*proof(candidate), production_evidence(inputs, production))
    if ours is None or theirs is None or not _ratio(ours) or not _ratio(theirs):
        who = "the candidate" if ours is None or not _ratio(ours) else "the run in production"
        return Measurement("missing", expected=expected, reason=f"{who} reports no ratio of {metric}", evidence=both)
    versus = _difference(metric, ours, theirs, metric_higher_is_better(inputs, metric))
    measured = Measurement(
        "pass",
        observed=versus.difference,
        expected=expected,
        n=ours.n,
        reason=f"the difference to production is {_difference_words(versus)}",
        evidence=both,
        value=versus.difference,
        aim=Accepted(-inputs.margin, float("inf")),
        at=measured_at(candidate),
    )
    if versus.bounds is not None:
        result = _decided(versus.bounds, -inputs.margin)
        bounds = versus.bounds
        return replace(
            measured, result=result, low=bounds.low, high=bounds.high, what_would_pass=_advice(result, metric)
        )
    return _without_n(measured, inputs, metric)


def _without_n(measured: Measurement, inputs: JudgementInputs, metric: str) -> Measurement:
    if inputs.initiative.criticality != "experiment":
        advice = f"Report n, or {metric}_n, with the candidate and with the run in production."
        return replace(measured, result="insufficient", reason=f"n_unknown: {measured.reason}", what_would_pass=advice)
    passes = isinstance(measured.value, float) and measured.value >= -inputs.margin - 1e-12
    result: Result = "pass" if passes else "fail"
    return replace(measured, result=result, half=True, what_would_pass=_advice(result, metric))


def _ratio(point: MetricPoint) -> bool:
    return point.number is not None and 0 <= point.number <= 1


def _difference(metric: str, ours: MetricPoint, theirs: MetricPoint, higher: bool) -> Versus:
    """Return how much better ours is than theirs; both are known to be numbers."""
    a, b, sign = ours.number or 0.0, theirs.number or 0.0, 1 if higher else -1
    if not (_ratio(ours) and _ratio(theirs) and ours.n and theirs.n and Target("", metric, ">=", 0).is_proportion):
        return Versus(metric, sign * (a - b), None)
    bounds = newcombe_difference((a * ours.n, ours.n), (b * theirs.n, theirs.n), TWO_SIDED)
    return Versus(metric, sign * (a - b), bounds if higher else Interval(-bounds.high, -bounds.low))


def _decided(bounds: Interval, floor: float, strictly: bool = False) -> Result:
    if bounds.low > floor or (bounds.low == floor and not strictly):
        return "pass"
    return "fail" if bounds.high < floor else "insufficient"


def _advice(result: str, metric: str) -> str:
    if result == "insufficient":
        return f"Measure {metric} on more cases, so that the difference is clear, or improve the model."
    return f"A candidate with a better {metric}." if result == "fail" else ""


def _difference_words(versus: Versus) -> str:
    words = f"{versus.difference:+.4f} in {versus.metric}"
    if versus.bounds is None:
        return words + ", compared as points (no interval)"
    return f"{words}, 95 % lower bound {lower_figure(versus.bounds.low)}, compared as separate samples"


def metric_higher_is_better(inputs: JudgementInputs, metric: str) -> bool:
    """Say which way a metric gets better: as its target says, else by its name."""
    return direction_of(metric, inputs.targets).better != "lower"
