"""Does it serve a KPI with an owner, a baseline and a target?"""

from __future__ import annotations

from collections.abc import Callable

from kpis.scoring.attainment import goal_problem
from kpis.scoring.inputs import ContributionFacts, JudgementInputs
from kpis.scoring.measurement import Evidence, Measurement, Result
from kpis.scoring.wording import figure, listed

NO_KPI = "the initiative is tied to no KPI"
FAIL: Result = "fail"
MISSING: Result = "missing"


def kpi_linked(inputs: JudgementInputs) -> Measurement:
    """Measure whether at least one KPI is tied to the initiative."""
    expected = "at least one KPI"
    if not inputs.contributions:
        return Measurement("missing", expected=expected, reason=NO_KPI)
    names = listed([each.name for each in inputs.contributions])
    return Measurement("pass", observed=names, expected=expected, evidence=_evidence(inputs.contributions))


def kpi_owner(inputs: JudgementInputs) -> Measurement:
    """Measure whether a named person answers for every KPI that is tied."""
    return _each(
        inputs, "an owner for each KPI", lambda each: each.owner, lambda each: "" if each.owner else "has no owner"
    )


def kpi_baseline(inputs: JudgementInputs) -> Measurement:
    """Measure whether every KPI states where it started."""
    return _each(
        inputs,
        "a baseline for each KPI",
        lambda each: "" if each.goal.baseline is None else figure(each.goal.baseline),
        lambda each: "has no baseline" if each.goal.baseline is None else "",
    )


def kpi_target(inputs: JudgementInputs) -> Measurement:
    """Measure whether every KPI states what it must reach, without contradicting its own direction."""
    return _each(
        inputs,
        "a target for each KPI",
        _goal_words,
        lambda each: "" if each.goal.is_set else "has no target",
        _contradiction,
    )


def contribution(inputs: JudgementInputs) -> Measurement:
    """Measure whether each tie says how much it should move the KPI, and by when."""
    return _each(inputs, "an expected movement with a date for each KPI", _movement, _without_movement)


def _each(
    inputs: JudgementInputs,
    expected: str,
    shown: Callable[[ContributionFacts], str],
    lacks: Callable[[ContributionFacts], str],
    wrong: Callable[[ContributionFacts], str] = lambda each: "",
) -> Measurement:
    if not inputs.contributions:
        return Measurement("missing", expected=expected, reason=NO_KPI)
    evidence = _evidence(inputs.contributions)
    for result, problem in ((FAIL, wrong), (MISSING, lacks)):
        problems = [f"{each.name} {problem(each)}" for each in inputs.contributions if problem(each)]
        if problems:
            return Measurement(result, expected=expected, reason=listed(problems), evidence=evidence)
    words = listed([f"{each.name}: {shown(each)}" for each in inputs.contributions])
    return Measurement("pass", observed=words, expected=expected, evidence=evidence)


def _contradiction(each: ContributionFacts) -> str:
    problem = goal_problem(each.goal)
    return f"contradicts itself: {problem}" if problem else ""


def _goal_words(each: ContributionFacts) -> str:
    goal = each.goal
    if goal.direction != "range":
        return "" if goal.target is None else figure(goal.target)
    low = "…" if goal.low is None else figure(goal.low)
    return f"{low} to {'…' if goal.high is None else figure(goal.high)}"


def _movement(each: ContributionFacts) -> str:
    return f"{'' if each.expected is None else figure(each.expected)} by {each.by}"


def _without_movement(each: ContributionFacts) -> str:
    lacking = [word for word, value in (("expected movement", each.expected), ("date", each.by)) if value is None]
    return f"has no {listed(lacking)}" if lacking else ""


def _evidence(contributions: tuple[ContributionFacts, ...]) -> tuple[Evidence, ...]:
    return tuple(Evidence(each.name, each.url, "kpi") for each in contributions)
