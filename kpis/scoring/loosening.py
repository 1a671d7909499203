"""Whether a new version of a target or goal asks for less than the one before, and why."""

from __future__ import annotations

import math
from datetime import date

from kpis.scoring.attainment import Goal
from kpis.scoring.targets import Accepted, Target, accepted, expectation
from kpis.scoring.wording import figure, percent


def loosens(old: Target, new: Target | None) -> list[str]:
    """Return why a new version of a target asks for less, in words; empty when it asks for the same or more.

    Another threshold, grid or data than was declared counts as less, since a result may have suggested it.

    `new` is None for a withdrawal. A change may loosen one part and tighten another: it loosens then.
    """
    if new is None:
        return ["the target is withdrawn"]
    reasons = []
    if new.metric != old.metric:
        reasons.append(f"it judges {new.metric} in place of {old.metric}")
    if new.slice != old.slice:
        reasons.append(f"it judges {new.slice or 'all cases'} in place of {old.slice or 'all cases'}")
    if not accepted(new).inside(accepted(old)):
        reasons.append(f"it accepts values that “{expectation(old)}” refuses")
    if old.is_proportion and not new.is_proportion:
        reasons.append("the metric no longer counts as a proportion, so that no bound is asked for")
    return reasons + _less_evidence(old, new) + _other_terms(old, new)


def _less_evidence(old: Target, new: Target) -> list[str]:
    reasons = []
    if new.sure < old.sure:
        reasons.append(f"the confidence falls from {percent(old.sure)} to {percent(new.sure)}")
    elif old.confidence is not None and new.confidence is None:
        reasons.append("it no longer asks for a confidence")
    if (new.minimum_n or 0) < (old.minimum_n or 0):
        reasons.append(f"the minimum n falls from {old.minimum_n:,} to {new.minimum_n or 0:,}")
    return reasons


def _other_terms(old: Target, new: Target) -> list[str]:
    """Return which terms of evaluations were declared before and are others now, which could be chosen on a result."""
    reasons = []
    if old.dataset_digest and new.dataset_digest != old.dataset_digest:
        data = f"data {new.dataset_digest}" if new.dataset_digest else "any data"
        reasons.append(f"it counts {data} in place of {old.dataset_digest}")
    if old.threshold is not None and new.threshold != old.threshold:
        now = "is no longer declared" if new.threshold is None else f"moves to {figure(new.threshold)}"
        reasons.append(f"the threshold {figure(old.threshold)} {now}")
    if old.grid_step != new.grid_step:
        reasons.append(f"thresholds are chosen in steps of {figure(new.grid_step)} in place of {figure(old.grid_step)}")
    return reasons


def _goal_set(goal: Goal) -> Accepted:
    low, high = goal.low, goal.high
    if goal.direction != "range":
        low, high = (goal.target, None) if goal.direction == "higher" else (None, goal.target)
    return Accepted(-math.inf if low is None else low, math.inf if high is None else high)


def goal_loosens(old: Goal, new: Goal) -> list[str]:
    """Return why a new version of a KPI's goal asks for less: a wider accepted set, or a later or no date."""
    reasons = []
    if old.is_set and not new.is_set:
        reasons.append("the goal is withdrawn")
    elif old.is_set and not _goal_set(new).inside(_goal_set(old)):
        reasons.append(f"it accepts values that the goal of {_goal_words(old)} refuses")
    return reasons + _later(old.due, new.due)


def _goal_words(goal: Goal) -> str:
    kept = _goal_set(goal)
    low = "" if math.isinf(kept.low) else f"at least {figure(kept.low)}"
    high = "" if math.isinf(kept.high) else f"at most {figure(kept.high)}"
    return " and ".join(part for part in (low, high) if part)


def _later(old: date | None, new: date | None) -> list[str]:
    if old is None or new == old:
        return []
    if new is None:
        return ["it no longer has a due date"]
    return [f"the due date moves from {old} to {new}"] if new > old else []
