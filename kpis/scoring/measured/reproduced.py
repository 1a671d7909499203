"""Was the candidate made a second time, and did that come to the same?"""

from __future__ import annotations

from typing import Final

from kpis.scoring.evaluations.segments import right_of
from kpis.scoring.inputs import Candidate, JudgementInputs
from kpis.scoring.measured.candidate import evidence, unusable
from kpis.scoring.measured.groups import JUDGED_HERE
from kpis.scoring.measured.several import NO_DISTANCE
from kpis.scoring.measurement import Evidence, Measurement
from kpis.scoring.points import MetricPoint
from kpis.scoring.reruns import Agreement, Rerun, agreement
from kpis.scoring.sampling import observed_for
from kpis.scoring.targets import Target

EXPECTED: Final = "another run with the same commit, data and parameters whose metrics agree"


def rerun(inputs: JudgementInputs) -> Measurement:
    """Measure whether the newest rerun of the candidate agrees with it on all that targets are set on.

    Where both have an evaluation on the same data, the accuracy over all its cases is compared, too. A waiver compares
    on how many the two are apart.
    """
    blocked = unusable(inputs.candidate)
    if blocked is not None or inputs.candidate is None:
        return blocked or Measurement("missing")
    candidate, newest = inputs.candidate, next(iter(inputs.reruns), None)
    if newest is None:
        why = "no other run has the same commit, data and parameters" if candidate.run.commit else "no commit is known"
        return Measurement("missing", expected=EXPECTED, reason=why, evidence=evidence(candidate))
    held = [*_on_metrics(inputs, candidate, newest), *_on_evaluation(inputs, candidate, newest)]
    both = (*evidence(candidate), Evidence(str(newest), newest.url, "run"))
    words = f"{newest} against {candidate.run.label or candidate.run.id}: {'; '.join(map(str, held))}"
    apart = [each for each in held if each.agrees is False]
    if apart:
        value = float(len(apart))
        return Measurement("fail", words, EXPECTED, reason=words, evidence=both, value=value, aim=NO_DISTANCE)
    if not held:
        return Measurement(
            "insufficient", expected=EXPECTED, reason="both report no metric with a target", evidence=both
        )
    if any(each.agrees is None for each in held):
        return Measurement(
            "insufficient",
            words,
            EXPECTED,
            reason=words,
            what_would_pass="Report n or the interval of each metric, or run it with three other seeds.",
            evidence=both,
        )
    return Measurement("pass", words, EXPECTED, evidence=both, at=candidate.run.ended_at)


def _on_metrics(inputs: JudgementInputs, candidate: Candidate, newest: Rerun) -> list[Agreement]:
    found = []
    for target in inputs.targets:
        if target.slice or target.metric in JUDGED_HERE or target.metric not in newest.metrics:
            continue
        ours, _ = observed_for(candidate.run.reported, target)
        if ours is not None:
            found.append(_held(target, ours, newest, inputs))
    return [each for each in found if each is not None]


def _held(target: Target, ours: MetricPoint, newest: Rerun, inputs: JudgementInputs) -> Agreement | None:
    seeds = [each.metrics[target.metric] for each in inputs.reruns if target.metric in each.metrics]
    return agreement(target.metric, ours, newest.metrics[target.metric], seeds, target.is_proportion)


def _on_evaluation(inputs: JudgementInputs, candidate: Candidate, newest: Rerun) -> list[Agreement]:
    measured = candidate.evaluation
    if measured is None or newest.right is None or not newest.n:
        return []
    whole = measured.tally.whole
    seeds = [each.right / each.n for each in inputs.reruns if each.right is not None and each.n]
    ours = MetricPoint(right_of(whole) / whole.n, n=whole.n)
    found = agreement("accuracy over all cases", ours, newest.right / newest.n, seeds, True)
    return [] if found is None else [found]
