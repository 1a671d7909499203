"""When a KPI's alert opens and closes: each once, and not at the same line, so that it never flutters. Pure.

What cannot be told, for want of a value or of a goal, leaves an alert as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean, median
from typing import Final, Literal, get_args

from kpis.scoring.attainment import Pace
from kpis.scoring.calendar.units import Unit, name_of
from kpis.scoring.kpi_words import movement, quantity
from kpis.scoring.wording import counted

Kind = Literal["threshold", "pace", "missing", "anomaly"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
BEHIND, RECOVERED = -0.10, -0.05
"""A pace opens ten points behind the line, as the page says "behind" there, and closes within five."""
ENOUGH: Final = 12
UNUSUAL: Final = 3.5
# Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993): 0.6745 is the third quartile of a normal distribution;
# where more than half of the steps are equal, their mean distance times 1.253314 (√(π/2)) stands for the median one.
QUARTILE, HALF_NORMAL = 0.6745, 1.253314


@dataclass(frozen=True, slots=True)
class Rule:
    """What is watched. Of a threshold: `above` or below which value, and by how much it must be back to close."""

    kind: Kind
    above: bool = True
    value: float = 0.0
    margin: float = 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a KPI now. `values` are its periods up to the one it stands at, None where one is missing.

    `late` says that a reading is overdue; `newest` is the first day of the newest period that has one.
    """

    value: float | None
    values: Sequence[float | None]
    pace: Pace | None
    late: bool
    newest: date | None
    unit: str = ""
    period: Unit = "week"


@dataclass(frozen=True, slots=True)
class Found:
    """Whether the alert is open now, and what it says; `is_open` is None where nobody can tell."""

    is_open: bool | None
    words: str


UNKNOWN: Final = Found(None, "")


def found(rule: Rule, seen: Seen, *, was_open: bool) -> Found:
    """Return whether an alert that was open or not is open now, and why."""
    if rule.kind == "threshold":
        return _threshold(rule, seen, was_open)
    if rule.kind == "pace":
        return _pace(seen, was_open)
    return _missing(seen) if rule.kind == "missing" else _anomaly(seen)


def rule_words(rule: Rule, unit: str = "") -> str:
    """Return what an alert watches, in words."""
    if rule.kind == "threshold":
        back = f", until it is {quantity(rule.margin, unit)} back" if rule.margin else ""
        return f"{'Above' if rule.above else 'Below'} {quantity(rule.value, unit)}{back}"
    if rule.kind == "pace":
        return "Ten points behind the line to its goal, until it is within five"
    if rule.kind == "missing":
        return "A reading is overdue"
    return "A step unlike those before"


def _threshold(rule: Rule, seen: Seen, was_open: bool) -> Found:
    if seen.value is None:
        return UNKNOWN
    sign = 1 if rule.above else -1
    beyond = sign * (seen.value - rule.value)
    is_open = beyond > -rule.margin if was_open and rule.margin else beyond > 0
    side = "above" if rule.above else "below"
    value, edge = quantity(seen.value, seen.unit), quantity(rule.value, seen.unit)
    return Found(
        is_open, f"It is at {value}, {side} {edge}." if beyond > 0 else f"It is at {value}, not {side} {edge}."
    )


def _pace(seen: Seen, was_open: bool) -> Found:
    if seen.pace is None or seen.pace.gap is None:
        return UNKNOWN
    gap = seen.pace.gap
    is_open = not seen.pace.waiting and gap < (RECOVERED if was_open else BEHIND)
    points = counted(round(abs(gap) * 100), "point")
    return Found(is_open, f"It is {points} {'behind' if gap < 0 else 'ahead of'} the line to its goal.")


def _missing(seen: Seen) -> Found:
    if seen.newest is None:
        return UNKNOWN
    newest = name_of(seen.newest, seen.period)
    return Found(seen.late, f"The newest reading is of {newest}." if seen.late else f"There is a reading of {newest}.")


def _anomaly(seen: Seen) -> Found:
    """Compare the last step with those before. A step over missing periods tells nothing of one."""
    pairs = zip(seen.values, seen.values[1:], strict=False)
    steps = [None if a is None or b is None else b - a for a, b in pairs]
    if not steps or steps[-1] is None:
        return UNKNOWN
    last, before = steps[-1], [step for step in steps[:-1] if step is not None]
    if len(before) < ENOUGH:
        return UNKNOWN
    usual = median(before)
    score = _score(last - usual, [abs(step - usual) for step in before])
    moved, mean = movement(last, seen.unit), movement(usual, seen.unit)
    strange = score > UNUSUAL
    return Found(
        strange, f"It moved by {moved} in a period; {mean} is usual{'' if strange else ', so this is no more'}."
    )


def _score(distance: float, usual: Sequence[float]) -> float:
    """Return how many usual distances a step lies off; infinite where no step ever differed."""
    spread = median(usual) / QUARTILE or fmean(usual) * HALF_NORMAL
    if spread == 0:
        return 0.0 if distance == 0 else float("inf")
    return abs(distance) / spread
