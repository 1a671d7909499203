"""Does it have a date, a stage near production, its tasks done, and a way to make it again?"""

from __future__ import annotations

from kpis.scoring.inputs import JudgementInputs
from kpis.scoring.measured.candidate import evidence, unusable
from kpis.scoring.measured.several import NO_DISTANCE
from kpis.scoring.measurement import Evidence, Measurement
from kpis.scoring.wording import counted

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


def tasks_done(inputs: JudgementInputs) -> Measurement:
    """Measure whether every task is done; a waiver compares how many are left."""
    tasks, expected = inputs.tasks, "all tasks done"
    if not tasks.total:
        return Measurement("missing", expected=expected, reason="no task says what there is to do")
    left = tasks.total - tasks.done
    observed = f"{tasks.done:,} of {counted(tasks.total, 'task')} done"
    evidence = tuple(Evidence(f"{each.key} {each.title}", each.url, "task") for each in tasks.open)
    if not left:
        return Measurement("pass", observed, expected, value=0.0, aim=NO_DISTANCE)
    return Measurement(
        "fail",
        observed,
        expected,
        reason=f"{counted(left, 'task')} {'is' if left == 1 else 'are'} not done",
        what_would_pass=f"Do or cancel {tasks.open[0].key}{' and what else is open' if left > 1 else ''}.",
        evidence=evidence,
        value=float(left),
        aim=NO_DISTANCE,
    )


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
