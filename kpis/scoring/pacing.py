"""The way from a KPI's baseline to its goal: where it should be today, and where this pace ends. Pure.

The line is straight. Of a range it leads to the end that is nearest to the baseline. A goal to maintain has no way: it
is met or not on every day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from kpis.scoring.attainment import Goal, accepts, expected_share, is_maintain

ENOUGH: Final = 0.1
"""The share of the time below which nothing is projected: a day of movement says nothing of a year."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where time expects the KPI, and where it will be on the due date at the pace so far, both in its unit.

    `expected` is None without a baseline or a way. `projected` is None as well without a value, before a tenth of the
    time is over, and from the due date on, when there is nothing left to project. `enough` says whether what is
    projected meets the goal. `over` says that the due date has come.
    """

    expected: float | None
    projected: float | None
    enough: bool | None
    over: bool


def way_of(goal: Goal, value: float | None, today: date, not_before: date | None = None) -> Way | None:
    """Return the way of a goal, None where it has no start, no due date or nothing to reach.

    Expected is baseline + share of the time × (end − baseline); projected is baseline + (value − baseline) / share.
    """
    if goal.start is None or goal.due is None or not goal.is_set:
        return None
    over = today >= goal.due
    end = end_of_way(goal)
    if goal.baseline is None or end is None:
        return Way(None, None, None, over)
    share = expected_share(goal.start, goal.due, today, not_before)
    expected = goal.baseline + share * (end - goal.baseline)
    if value is None or over or share < ENOUGH:
        return Way(expected, None, None, over)
    projected = goal.baseline + (value - goal.baseline) / share
    return Way(expected, projected, accepts(goal, projected), over)


def end_of_way(goal: Goal) -> float | None:
    """Return what the line leads to: the target, or the end of the range nearest to the baseline; None to maintain."""
    if goal.baseline is None or is_maintain(goal):
        return None
    if goal.direction != "range":
        return goal.target
    start = goal.baseline
    ends = [end for end in (goal.low, goal.high) if end is not None]
    return min(ends, key=lambda end: abs(end - start)) if ends else None
