"""How far a KPI has come from its baseline to its goal, and how far it should be by now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Direction = Literal["higher", "lower", "range"]


@dataclass(frozen=True, slots=True)
class Goal:
    """What a KPI must reach. `target` for higher and lower, `low` and `high` for a range, in the KPI's unit."""

    direction: Direction = "higher"
    baseline: float | None = None
    target: float | None = None
    low: float | None = None
    high: float | None = None
    start: date | None = None
    due: date | None = None

    @property
    def is_set(self) -> bool:
        """Whether there is something to reach: a target, or at least one end of the range."""
        if self.direction == "range":
            return self.low is not None or self.high is not None
        return self.target is not None


@dataclass(frozen=True, slots=True)
class Pace:
    """The share of the way that time expects, and the gap to it in ratios (0.1 is ten points)."""

    expected: float
    attainment: float | None
    gap: float | None
    ratio: float | None
    waiting: bool


def distance(goal: Goal, value: float) -> float:
    """Return how far a value lies outside a range, in the KPI's unit; 0 inside."""
    below = 0.0 if goal.low is None else max(0.0, goal.low - value)
    above = 0.0 if goal.high is None else max(0.0, value - goal.high)
    return below + above


def accepts(goal: Goal, value: float) -> bool:
    """Say whether a value meets the goal. A goal that is not set accepts nothing."""
    if goal.direction == "range":
        return goal.is_set and distance(goal, value) == 0
    if goal.target is None:
        return False
    return value >= goal.target if goal.direction == "higher" else value <= goal.target


def is_maintain(goal: Goal) -> bool:
    """Say whether the baseline meets the goal's edge already, so that the goal is to keep it: met or not."""
    if goal.baseline is None or not goal.is_set:
        return False
    if goal.direction == "range":
        return distance(goal, goal.baseline) == 0
    return goal.baseline == goal.target


def attainment(goal: Goal, value: float | None) -> float | None:
    """Return (value − baseline) / (target − baseline): 0 at the baseline, 1 at the target; signed, uncapped.

    The formula is the same for lower-is-better. A range counts by distance: 1 − distance of the value over
    distance of the baseline. A goal to maintain is 1 or 0. None when the value, the baseline or the target is
    missing.
    """
    if value is None or goal.baseline is None or not goal.is_set:
        return None
    if is_maintain(goal):
        return 1.0 if accepts(goal, value) else 0.0
    if goal.direction == "range":
        return 1 - distance(goal, value) / distance(goal, goal.baseline)
    return None if goal.target is None else (value - goal.baseline) / (goal.target - goal.baseline)


def clipped(share: float) -> float:
    """Return an attainment cut to 0…1, for roll-ups only."""
    return min(1.0, max(0.0, share))


def expected_share(start: date, due: date, today: date, not_before: date | None = None) -> float:
    """Return the share of the time that has passed, from 0 to 1.

    With `not_before`, no movement is expected until that day and the way is walked from there. A period
    without length is over once it begins.
    """
    begin = start if not_before is None else max(start, not_before)
    if due <= begin:
        return 1.0 if today >= begin else 0.0
    return clipped((today - begin).days / (due - begin).days)


def pace(goal: Goal, value: float | None, today: date, not_before: date | None = None) -> Pace | None:
    """Compare the attainment with the share of time. None when the goal has no start or no due date.

    `ratio` is attainment over expected, None while nothing is expected; `waiting` says that it is too early.
    """
    if goal.start is None or goal.due is None:
        return None
    expected = expected_share(goal.start, goal.due, today, not_before)
    share = attainment(goal, value)
    return Pace(
        expected=expected,
        attainment=share,
        gap=None if share is None else share - expected,
        ratio=None if share is None or expected == 0 else share / expected,
        waiting=expected == 0,
    )


def goal_problem(goal: Goal) -> str:
    """Return why a goal contradicts itself, or an empty text."""
    if goal.direction == "range":
        if goal.low is not None and goal.high is not None and goal.low > goal.high:
            return "the range ends before it begins"
        return ""
    if goal.baseline is None or goal.target is None:
        return ""
    if goal.direction == "higher" and goal.target < goal.baseline:
        return "higher is better, but the target is below the baseline"
    if goal.direction == "lower" and goal.target > goal.baseline:
        return "lower is better, but the target is above the baseline"
    return ""
