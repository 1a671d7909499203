"""What the candidate's run or evaluation offers to the checks, or why it offers nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from kpis.scoring.inputs import Candidate, JudgementInputs
from kpis.scoring.measurement import Evidence, Measurement
from kpis.scoring.target_judgement import TargetJudgement
from kpis.scoring.targets import accepted

NO_CANDIDATE = "there is no candidate yet: no finished run or model version"


def unusable(candidate: Candidate | None) -> Measurement | None:
    """Return why nothing can be measured: no candidate, or a run that did not finish. None when it can."""
    if candidate is None:
        return Measurement(
            "missing", reason=NO_CANDIDATE, what_would_pass="Report a finished run, or connect the server that has it."
        )
    if candidate.run.status != "finished" and candidate.evaluation is None:
        return Measurement(
            "missing",
            reason=f"the run is {candidate.run.status}, not finished",
            what_would_pass="Choose a candidate whose run has finished.",
            evidence=evidence(candidate),
        )
    return None


def evidence(candidate: Candidate) -> tuple[Evidence, ...]:
    """Return the candidate's run as evidence."""
    run = candidate.run
    return (Evidence(candidate.label or run.label or run.id, candidate.url or run.url, candidate.kind),)


def proof(candidate: Candidate) -> tuple[Evidence, ...]:
    """Return what measures the candidate as evidence: its evaluation, else its run."""
    found = candidate.evaluation
    return evidence(candidate) if found is None else (Evidence(found.label or found.id, found.url, "evaluation"),)


def measured_at(candidate: Candidate) -> datetime | None:
    """Return when the candidate was measured."""
    return candidate.run.ended_at if candidate.evaluation is None else candidate.evaluation.at


def of_judgement(judged: TargetJudgement, inputs: JudgementInputs) -> Measurement:
    """Return a target's judgement as a measurement with what measures the candidate as its evidence."""
    candidate = inputs.candidate
    return rested(judged, (), None) if candidate is None else rested(judged, proof(candidate), measured_at(candidate))


def rested(judged: TargetJudgement, rests_on: tuple[Evidence, ...], at: datetime | None) -> Measurement:
    """Return a target's judgement as a measurement that rests on this evidence, measured at this moment."""
    return Measurement(
        judged.result,
        observed=judged.observed,
        expected=judged.expected,
        n=judged.n,
        low=judged.low,
        high=judged.high,
        reason=judged.reason,
        what_would_pass=judged.what_would_pass,
        evidence=rests_on,
        value=judged.observed,
        aim=accepted(judged.target),
        half=judged.half,
        at=at,
    )


def without_target(metric: str) -> Measurement:
    """Return missing for a metric that nobody set a target on."""
    return Measurement(
        "missing",
        reason=f"no target is set on {metric}",
        what_would_pass=f"Set a target on {metric}, then report it with n.",
    )


def noted(measurement: Measurement, note: str) -> Measurement:
    """Return the measurement with one more note."""
    return replace(measurement, notes=(*measurement.notes, note)) if note else measurement
