"""A bar that somebody lowered alone once there was a result: it is told beside the verdict until it stands again.

Targets and goals have an approver (see `loosening`). A criticality, which decides what is required at all, and a plain
baseline, which a candidate must beat, are changed by one person: so it is said who did it, from what to what and when.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kpis.scoring.inputs import BarChange, JudgementInputs
from kpis.scoring.measured.comparison import metric_higher_is_better
from kpis.scoring.results import CheckResult, ReadinessWarning
from kpis.scoring.wording import day, figure

LEVELS = {"experiment": 0.0, "standard": 1.0, "critical": 2.0}
BASELINE_CHECK = "model.better_than_baseline"


def lowered_bars(inputs: JudgementInputs, checks: Sequence[CheckResult]) -> tuple[ReadinessWarning, ...]:
    """Return a warning for each lowering that no later change has undone, in order of time."""
    kept = [each for name in dict.fromkeys(each.metric for each in inputs.bars) for each in _standing(inputs, name)]
    shown = {check.check.id for check in checks}
    return tuple(_warning(each, shown) for each in sorted(kept, key=lambda each: each.at))


def _standing(inputs: JudgementInputs, metric: str) -> list[BarChange]:
    """Return what lowered one bar and still stands: a change back to where it was, or above it, undoes it."""
    kept: list[tuple[float, BarChange]] = []
    for change in _in_time(each for each in inputs.bars if each.metric == metric):
        before, after = _height(inputs, metric, change.before), _height(inputs, metric, change.after)
        kept = [each for each in kept if each[0] > after]
        if after < before:
            kept.append((before, change))
    return [change for _, change in kept]


def _in_time(changes: Iterable[BarChange]) -> list[BarChange]:
    return sorted(changes, key=lambda each: each.at)


def _height(inputs: JudgementInputs, metric: str, said: str) -> float:
    """Return how much a bar asks for: a criticality's rank, a baseline's value, its negative where less is better."""
    if not metric:
        return LEVELS.get(said, 0.0)
    return float(said) if metric_higher_is_better(inputs, metric) else -float(said)


def _warning(change: BarChange, shown: set[str]) -> ReadinessWarning:
    who, when = change.by or "Somebody", f"on {day(change.at)}, when a result was known"
    if not change.metric:
        text = f"{who} lowered the criticality from {change.before} to {change.after} {when}"
        return ReadinessWarning("lowered", "", text, change.at)
    before, after = figure(float(change.before)), figure(float(change.after))
    text = f"{who} lowered the plain baseline of {change.metric} from {before} to {after} {when}"
    return ReadinessWarning("lowered", BASELINE_CHECK if BASELINE_CHECK in shown else "", text, change.at)
