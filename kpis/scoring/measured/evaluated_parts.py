"""A floor for every slice of an evaluation: the worst one decides, and those too small to tell are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kpis.scoring.measurement import SEVERITY, weakest
from kpis.scoring.sampling import Reported, point_of
from kpis.scoring.target_judgement import TargetJudgement, judge_target
from kpis.scoring.targets import Criticality, Target, expectation, higher_is_better
from kpis.scoring.wording import counted, listed
from projects.progress.evaluations.tally import Tally

MOST_NAMED = 5


def judge_parts(tally: Tally, reported: Reported, target: Target, criticality: Criticality) -> TargetJudgement:
    """Judge each slice that "column=*" or "*" stands for, at the common threshold; all of them must pass."""
    names = parts_of(tally, target.slice)
    if not names:
        what = f"slices of {target.slice.removesuffix('=*')}" if target.slice != "*" else "slices"
        return TargetJudgement(
            target,
            "missing",
            None,
            expectation(target),
            reason=f"the evaluation counts no {what}",
            what_would_pass=f"Report an evaluation that counts {what}.",
        )
    return _together(target, {name: _judged(reported, replace(target, slice=name), criticality) for name in names})


def parts_of(tally: Tally, pattern: str) -> tuple[str, ...]:
    """Return the slices, and for one column the groups too, that a pattern stands for."""
    column = pattern.removesuffix("*").removesuffix("=")
    slices = {
        f"{name}={value}"
        for stratum, _ in tally.strata
        for name, value in zip(tally.slice_columns, stratum.slices)
        if value and column in ("", name)
    }
    groups = {
        f"{name}={value}"
        for stratum, _ in tally.strata
        for name, value in zip(tally.group_columns, stratum.groups)
        if value and column == name
    }
    return tuple(sorted(slices | groups))


def _judged(reported: Reported, target: Target, criticality: Criticality) -> TargetJudgement:
    """Return one slice judged; where the model decides nothing there, nobody can tell."""
    point = point_of(reported, target.metric, target.slice)
    found = judge_target(target, point, criticality, f"the model decides no case of {target.slice}")
    if found.result != "missing":
        return found
    return replace(found, result="insufficient", what_would_pass=f"Evaluate more cases of {target.slice}.")


def _together(target: Target, judged: Mapping[str, TargetJudgement]) -> TargetJudgement:
    sign = 1 if higher_is_better(target) else -1
    known = {name: each for name, each in judged.items() if each.observed is not None}
    order = {
        name: (SEVERITY.index(each.result), sign * (each.observed or 0.0)) for name, each in (known or judged).items()
    }
    worst = min(order, key=lambda name: order[name])
    found = judged[worst]
    result = weakest([each.result for each in judged.values()])
    parts = [
        f"worst of {counted(len(judged), 'slice')}: {worst}",
        found.reason,
        _named("missed on", [name for name, each in judged.items() if each.result == "fail" and name != worst]),
        _named("too few cases on", [name for name, each in judged.items() if each.result == "insufficient"]),
    ]
    deciding = next(each for each in (found, *judged.values()) if each.result == result)
    return replace(
        found,
        target=target,
        result="missing" if result == "missing" else deciding.result,
        expected=expectation(target),
        reason="; ".join(part for part in parts if part),
        what_would_pass=deciding.what_would_pass,
        n_more=deciding.n_more,
    )


def _named(words: str, names: list[str]) -> str:
    if not names:
        return ""
    rest = [f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
    return f"{words} {listed(names[:MOST_NAMED] + rest)}"
