"""What a KPI's goal, value and pace say, in words and in one state. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Literal

from kpis.scoring.attainment import Goal, Pace, accepts, attainment, distance, is_maintain
from kpis.scoring.wording import counted
from mltrack.formats import THIN, number

StandingState = Literal["met", "missed", "ahead", "on_pace", "behind", "no_data", ""]
Tone = Literal["ok", "bad", "mute"]
# Within so many points of the straight line a KPI is on pace: the same allowance as an initiative's health has.
PACE_TOLERANCE = 0.10


def quantity(value: float | None, unit: str = "") -> str:
    """Return a value with its unit: "8.2 %", "1 204 days"; a dash where there is none."""
    return f"{number(value)}{THIN}{unit}" if unit and value is not None else number(value)


def short_unit(unit: str) -> str:
    """Return what a number needs of its unit in a sentence: "% of forms" is "%", "days a month" is "days"."""
    if unit and not unit[0].isalpha():
        return unit.split()[0]
    return re.split(r" (?:a|an|per|of) |/", unit, maxsplit=1)[0]


def movement(value: float | None, unit: str = "") -> str:
    """Return a difference with its sign and unit, with as many decimals as it needs, at most four digits."""
    if value is None:
        return number(None)
    sign = "+" if value > 0 else "±" if value == 0 else ""
    return sign + quantity(value, unit)


def goal_words(goal: Goal, unit: str = "") -> str:
    """Return what must be reached, and by when; empty where nothing is set."""
    words = aim_words(goal, unit)
    return f"{words} by {goal.due.isoformat()}" if words and goal.due else words


def aim_words(goal: Goal, unit: str = "") -> str:
    """Return what must be reached, without the date; empty where nothing is set."""
    if not goal.is_set:
        return ""
    return _range_words(goal, unit) if goal.direction == "range" else _edge_words(goal, unit)


def _edge_words(goal: Goal, unit: str) -> str:
    return f"at {'least' if goal.direction == 'higher' else 'most'} {quantity(goal.target, unit)}"


def _range_words(goal: Goal, unit: str) -> str:
    if goal.low is None:
        return f"at most {quantity(goal.high, unit)}"
    if goal.high is None:
        return f"at least {quantity(goal.low, unit)}"
    return f"{number(goal.low)} to {quantity(goal.high, unit)}"


def state_of(goal: Goal, value: float | None, pace: Pace | None, today: date) -> StandingState:
    """Return where a KPI stands in one word; empty where there is a value and nothing to compare it with.

    Met wins over pace. After the due date, and where the goal is to keep what is there, anything else is missed.
    """
    if value is None:
        return "no_data"
    if not goal.is_set:
        return ""
    if accepts(goal, value):
        return "met"
    if is_maintain(goal) or (goal.due is not None and today > goal.due):
        return "missed"
    if pace is None or pace.gap is None:
        return ""
    if pace.waiting or abs(pace.gap) <= PACE_TOLERANCE:
        return "on_pace"
    return "ahead" if pace.gap > 0 else "behind"


def attainment_words(goal: Goal, value: float | None, unit: str = "") -> str:
    """Return how far the KPI has come, or what is missing to say so."""
    if not goal.is_set:
        return "No target yet"
    if value is None:
        return "No readings yet"
    if goal.baseline is None:
        return "Without a baseline the way to the target cannot be measured"
    if is_maintain(goal):
        return "Kept where it must stay" if accepts(goal, value) else "Not where it must stay"
    share = attainment(goal, value)
    way = f"from {quantity(goal.baseline, unit)} to {_end_words(goal, unit)}"
    if share is None:
        return f"On the way {way}"
    whole = round(share * 100)
    if whole < 0:
        return f"{-whole:,} % of the way {way}, in the wrong direction"
    return f"{whole:,} % of the way {way}"


def _end_words(goal: Goal, unit: str) -> str:
    return _range_words(goal, unit) if goal.direction == "range" else quantity(goal.target, unit)


def pace_words(pace: Pace | None, due: date | None = None) -> str:
    """Return the distance to the straight line from the baseline at the start to the target on the due date."""
    if pace is None or due is None:
        return "Without a start and a due date there is no pace"
    if pace.waiting:
        return "No movement is expected yet"
    if pace.gap is None:
        return f"{pace.expected * 100:.0f} % expected by now"
    points = round(abs(pace.gap) * 100)
    if points == 0:
        return f"On the line to {due.isoformat()}"
    side = "ahead of" if pace.gap > 0 else "behind"
    return f"{counted(points, 'point')} {side} the line to {due.isoformat()}"


def tone_of(goal: Goal, before: float | None, value: float | None) -> Tone:
    """Say whether a movement is good: by direction, for a range by the distance to it."""
    if before is None or value is None or before == value:
        return "mute"
    if goal.direction == "range":
        near, far = distance(goal, value), distance(goal, before)
        return "mute" if near == far else "ok" if near < far else "bad"
    better = value > before if goal.direction == "higher" else value < before
    return "ok" if better else "bad"


def nearest_edge(goal: Goal, value: float | None) -> float | None:
    """Return the one number to draw as the goal: the target, or the end of the range nearest to the value."""
    ends = [end for end in (goal.target, goal.low, goal.high) if end is not None]
    if not ends:
        return None
    return min(ends, key=lambda end: abs(end - value)) if value is not None else ends[0]


def period_name(start: date, period: str) -> str:
    """Return the name of a period by its first day: "week of 2026-11-16", "November 2026", "Q4 2026"."""
    if period == "week":
        return f"week of {start.isoformat()}"
    if period == "month":
        return f"{start:%B} {start.year}"
    if period == "quarter":
        return f"Q{(start.month + 2) // 3} {start.year}"
    return start.isoformat()


def claims_words(goal: Goal, expected: Sequence[float | None], unit: str = "") -> str:
    """Compare what initiatives claim together with the way from the baseline to the goal; empty without claims."""
    known = [each for each in expected if each is not None]
    if not known:
        return ""
    together = f"Together {movement(sum(known), unit)}"
    way = _way(goal)
    if way is None:
        return together + "."
    words = f"{together}; from baseline to target it is {movement(way, unit)}"
    if abs(sum(known)) > abs(way) * 1.000001 and sum(known) * way > 0:
        return f"{words}. The claims are more than the KPI should move: some of it is counted twice."
    return words + "."


def _way(goal: Goal) -> float | None:
    if goal.baseline is None or not goal.is_set or is_maintain(goal):
        return None
    edge = nearest_edge(goal, goal.baseline)
    return None if edge is None else edge - goal.baseline
