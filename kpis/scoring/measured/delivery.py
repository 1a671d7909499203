"""Does it have a date, a stage near production, and a way to make it again?"""

from __future__ import annotations

from kpis.scoring.inputs import JudgementInputs
from kpis.scoring.measured.candidate import evidence, unusable
from kpis.scoring.measurement import Measurement

NEAR_PRODUCTION = ("integration", "production")


def target_date(inputs: JudgementInputs) -> Measurement:
    """Measure whether a target date is set. That it has passed is a matter of health, not of readiness."""
    due = inputs.initiative.target_date
    if due is None:
        return Measurement("missing", expected="a target date", reason="no target date is set")
    return Measurement("pass", observed=due.isoformat(), expected="a target date")


def stage(inputs: JudgementInputs) -> Measurement:
    """Measure whether the initiative has come to integration or production."""
    now = inputs.initiative.stage
    expected = "integration or production"
    if now in NEAR_PRODUCTION:
        return Measurement("pass", observed=now, expected=expected)
    return Measurement("fail", observed=now, expected=expected, reason=f"the stage is {now}")


def reproducible(inputs: JudgementInputs) -> Measurement:
    """Measure whether the candidate's run names the commit of the code that made it."""
    blocked = unusable(inputs.candidate)
    if blocked is not None or inputs.candidate is None:
        return blocked or Measurement("missing")
    run = inputs.candidate.run
    proof = evidence(inputs.candidate)
    if not run.commit:
        return Measurement("missing", expected="a commit", reason="the run names no commit", evidence=proof)
    return Measurement("pass", observed=run.commit[:12], expected="a commit", evidence=proof, at=run.ended_at)
