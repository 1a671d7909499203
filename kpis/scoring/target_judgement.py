"""Whether an observed metric meets its target, with the reason and what would change it, in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from kpis.scoring.points import MetricPoint
from kpis.scoring.proportions import counts, lower_bound, n_to_meet, upper_bound
from kpis.scoring.targets import Accepted, Criticality, Target, accepted, expectation
from kpis.scoring.wording import counted, figure, lower_figure, percent, upper_figure

TargetResult = Literal["pass", "fail", "insufficient", "missing"]
SPECIAL_WORDS = {"nan": "not a number (NaN)", "inf": "infinite", "-inf": "minus infinity"}


@dataclass(frozen=True, slots=True)
class TargetJudgement:
    """The answer for one target.

    `low` and `high` are the one-sided bounds that decided (or the source's interval); `half` marks a comparison
    of points without an interval, which counts half; `n_more` is how many more cases decide at the present
    rate, None when more cases would not help or the number cannot be said. `unknown_n` marks a share of which
    nothing says the number of cases.
    """

    target: Target
    result: TargetResult
    observed: float | None
    expected: str
    n: int | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    what_would_pass: str = ""
    n_more: int | None = None
    half: bool = False
    unknown_n: bool = False


def judge_target(
    target: Target, observed: MetricPoint | None, criticality: Criticality, note: str = ""
) -> TargetJudgement:
    """Judge one metric against its target.

    A proportion with n is judged by its one-sided exact bound. Without n it is insufficient (`n_unknown`), but
    for an experiment whose target sets neither confidence nor minimum n: there the points are compared. Other
    metrics use the source's interval; with n and no interval the points are compared. `note` says why there is
    nothing to judge, where the caller knows.
    """
    blank = TargetJudgement(target, "missing", None, expectation(target))
    if observed is None:
        return replace(
            blank,
            reason=note or f"the run reports no {_name(target)}",
            what_would_pass=f"Report {_name(target)} with the run.",
        )
    value = observed.number
    if value is None:
        return replace(
            blank,
            reason=f"{_name(target)} is {SPECIAL_WORDS.get(observed.special, 'not a number')}",
            what_would_pass=f"Report a finite value of {_name(target)}.",
        )
    seen = replace(blank, observed=value, n=observed.n)
    if target.is_proportion and not 0 <= value <= 1:
        return replace(
            seen,
            reason=f"{_name(target)} is {figure(value)}, which is no ratio between 0 and 1",
            what_would_pass=f"Report {_name(target)} as a ratio: 0.93, not 93.",
        )
    return _judge_number(target, observed, value, seen, criticality)


def _judge_number(
    target: Target, observed: MetricPoint, value: float, seen: TargetJudgement, criticality: Criticality
) -> TargetJudgement:
    n = observed.n
    if n is not None and n < 1:
        return replace(
            seen,
            result="missing",
            n=None,
            reason="n is 0: nothing was measured",
            what_would_pass="Measure at least one case.",
        )
    if target.is_proportion and n is not None:
        return _by_bound(target, value, n, seen)
    interval = None if target.is_proportion else _interval(observed)
    if n is None and (target.minimum_n or (interval is None and _needs_n(target, criticality))):
        return _n_unknown(target, seen)
    if interval is not None:
        return _by_interval(target, interval, replace(seen, low=interval[0], high=interval[1]))
    if target.confidence is not None and not target.is_proportion:
        return _no_interval(target, seen)
    return _by_point(target, value, seen)


def _name(target: Target) -> str:
    return f"{target.metric} on {target.slice}" if target.slice else target.metric


def _needs_n(target: Target, criticality: Criticality) -> bool:
    return criticality != "experiment" or target.confidence is not None


def _interval(observed: MetricPoint) -> tuple[float, float] | None:
    low, high = observed.low, observed.high
    return None if low is None or high is None or not low <= high else (low, high)


def _n_unknown(target: Target, seen: TargetJudgement) -> TargetJudgement:
    return replace(
        seen,
        result="insufficient",
        unknown_n=True,
        reason=f"n_unknown: nothing says on how many cases {_name(target)} was measured",
        what_would_pass=f"Report the number of cases as a metric, param or tag: n or {target.metric}_n.",
    )


def _no_interval(target: Target, seen: TargetJudgement) -> TargetJudgement:
    return replace(
        seen,
        result="insufficient",
        reason=f"no_interval: the target asks for a confidence, and {_name(target)} comes without an interval",
        what_would_pass=f"Report {target.metric}_low and {target.metric}_high, from a bootstrap or repeated seeds.",
    )


def _by_point(target: Target, value: float, seen: TargetJudgement) -> TargetJudgement:
    seen = replace(seen, half=True)
    if not accepted(target).holds(value):
        return _missed(target, seen, f"{_name(target)} is {figure(value)}, compared as a point (no interval)")
    short = _short_of(target, seen.n)
    if short:
        return _too_few(target, seen, short)
    return replace(seen, result="pass", reason=f"{_name(target)} is {figure(value)}, compared as a point (no interval)")


def _by_interval(target: Target, ends: tuple[float, float], seen: TargetJudgement) -> TargetJudgement:
    goal, (low, high) = accepted(target), ends
    words = f"the source's interval of {_name(target)} is {figure(low)} to {figure(high)}"
    if goal.holds(low) and goal.holds(high):
        short = _short_of(target, seen.n)
        return _too_few(target, seen, short) if short else replace(seen, result="pass", reason=words)
    if _apart(goal, low, high):
        return _missed(target, seen, words)
    return replace(
        seen,
        result="insufficient",
        reason=f"{words}, which the target cuts in two",
        what_would_pass="Measure on more cases, so that the interval gets narrower, or improve the model.",
    )


def _apart(goal: Accepted, low: float, high: float) -> bool:
    """Say whether no value from low to high is accepted."""
    below = high < goal.low or (high == goal.low and goal.low_open)
    return below or low > goal.high or (low == goal.high and goal.high_open)


def _by_bound(target: Target, value: float, n: int, seen: TargetJudgement) -> TargetJudgement:
    fewest, most = counts(value, n)
    low, high = lower_bound(fewest, n, target.sure), upper_bound(most, n, target.sure)
    seen, goal = replace(seen, low=low, high=high), accepted(target)
    words = bounds_words(target, low, high, n)
    if _apart(goal, low, high):
        return _missed(target, seen, words)
    proven = _proven(goal, low, high)
    short = _short_of(target, n)
    if proven and not short:
        return replace(seen, result="pass", reason=words)
    more = max(short, 0 if proven else _more(target, value, n) or 0)
    if more:
        return _too_few(target, seen, more, words)
    return replace(
        seen,
        result="insufficient",
        reason=f"{words}; {figure(value)} does not exceed the target, so more data will rather confirm a miss",
        what_would_pass=f"Improve the model until {_name(target)} is clearly past {expectation(target)}.",
    )


def bounds_words(target: Target, low: float, high: float, n: int) -> str:
    """Return the one-sided bounds of a target's metric in words."""
    name = _name(target)
    return f"{percent(target.sure)} bounds of {name}: {lower_figure(low)} to {upper_figure(high)} with n = {n:,}"


def _proven(goal: Accepted, low: float, high: float) -> bool:
    """Say whether the bound on each side that the target limits holds; the other side is not asked."""
    below = low > goal.low or (low == goal.low and not goal.low_open)
    above = high < goal.high or (high == goal.high and not goal.high_open)
    return below and above


def _more(target: Target, value: float, n: int) -> int | None:
    """Return how many more cases decide at the present rate, None when none would."""
    goal, needed = accepted(target), [n + 1]
    if goal.low > 0:
        needed.append(n_to_meet(value, goal.low, target.sure) or 0)
    if goal.high < 1:
        needed.append(n_to_meet(1 - value, 1 - goal.high, target.sure) or 0)
    return None if 0 in needed else max(needed) - n


def _short_of(target: Target, n: int | None) -> int:
    return max(0, (target.minimum_n or 0) - (n or 0))


def _too_few(target: Target, seen: TargetJudgement, more: int, words: str = "") -> TargetJudgement:
    floor = f"the target asks for n ≥ {target.minimum_n:,}" if _short_of(target, seen.n) else ""
    reason = "; ".join(
        part for part in (words, floor, f"{counted(more, 'more case')} needed at the present rate") if part
    )
    return replace(
        seen,
        result="insufficient",
        n_more=more,
        reason=reason,
        what_would_pass=f"Measure {counted(more, 'more case')} at the present rate, or improve the model.",
    )


def _missed(target: Target, seen: TargetJudgement, words: str) -> TargetJudgement:
    return replace(
        seen,
        result="fail",
        reason=f"{words}; the target is {expectation(target)}",
        what_would_pass=f"A candidate with {expectation(target)}.",
    )
