"""What a KPI's page says beyond where it stands: against an earlier period, where it goes, and its segments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from kpis.models import KPI
from kpis.scoring.calendar.units import moved, name_of
from kpis.scoring.compared import OFFERED, Since, period_back
from kpis.scoring.kpi_words import Tone, movement, quantity, short_unit, tone_of
from kpis.scoring.outlook import Outlook, outlook
from kpis.scoring.pacing import Way, way_of
from kpis.selectors.facts import goal_facts
from kpis.selectors.kpis import HISTORY, KpiDetail
from kpis.selectors.period_table import rules_of, segment_lines
from kpis.selectors.periods import SPARK, timeline, unit_of

MULTIPLES: Final = 24
STEPS_AHEAD: Final = 6


@dataclass(frozen=True, slots=True)
class Delta:
    """The movement since an earlier period, or the baseline; `words` is empty where that has no reading."""

    since: Since
    words: str
    against: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Multiple:
    """One segment in words: its last periods, its newest value, and its movement since the period before."""

    segment: str
    spark: tuple[float | None, ...]
    value: str
    period: str
    delta: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Ahead:
    """A forecast in words, or why there is none; `rows` are period, value and interval of each step."""

    outlook: Outlook
    words: str
    held: str
    rows: tuple[tuple[str, str, str], ...]
    starts: tuple[date, ...]


def delta_of(detail: KpiDetail, since: Since) -> Delta:
    """Return the movement of the value at which a KPI stands since the period that `since` names."""
    found, kpi = detail.standing, detail.standing.kpi
    goal, unit = goal_facts(kpi.direction, found.goal), short_unit(kpi.unit)
    if since == "baseline":
        before, against = goal.baseline, "the baseline"
    elif found.start is None:
        return Delta(since, "", "", "mute")
    else:
        rules = rules_of(kpi.workspace)
        start = period_back(found.start, unit_of(kpi), since, rules)
        before = next((each.value for each in detail.history if each.start == start), None)
        against = name_of(start, unit_of(kpi), rules)
    moved_by = None if before is None or found.value is None else found.value - before
    words = "" if moved_by is None else movement(moved_by, unit)
    return Delta(since, words, against, tone_of(goal, before, found.value))


def offered(kpi: KPI) -> tuple[Since, ...]:
    """Return the earlier periods that a KPI of this period can be compared with."""
    return OFFERED[kpi.period]


def way_words(detail: KpiDetail) -> tuple[str, ...]:
    """Return where the KPI should be by now, and where its pace ends; what cannot be said is left out."""
    found, unit = detail.standing, short_unit(detail.standing.kpi.unit)
    goal = goal_facts(found.kpi.direction, found.goal)
    way = way_of(goal, found.value, found.today)
    if way is None or goal.due is None:
        return ()
    if way.over:
        return (f"The due date, {goal.due.isoformat()}, has come: what counts is whether the goal is met.",)
    return tuple(_way_words(way, unit, goal.due))


def _way_words(way: Way, unit: str, due: date) -> list[str]:
    words = [] if way.expected is None else [f"Expected by now: {quantity(way.expected, unit)}."]
    if way.projected is not None:
        enough = "which is enough" if way.enough else "which is not enough"
        words.append(f"At this pace {quantity(way.projected, unit)} on {due.isoformat()}, {enough}.")
    return words


def ahead_of(detail: KpiDetail) -> Ahead:
    """Return the forecast of the next periods: to the due date where one is ahead, else six."""
    found, kpi = detail.standing, detail.standing.kpi
    unit, rules, short = unit_of(kpi), rules_of(kpi.workspace), short_unit(kpi.unit)
    until = [each for each in detail.history if found.start is not None and each.start <= found.start]
    told = outlook([value for _, value in timeline(kpi, until, HISTORY)], _steps(detail))
    if not told.is_told or found.start is None:
        words = f"Too little history: {told.known} of {told.needed} periods with a reading."
        return Ahead(told, words, "", (), ())
    starts = tuple(moved(found.start, unit, step.number) for step in told.steps)
    level = f"{told.level:.0%}".replace("%", "\u202f%")
    rows = tuple(
        (
            name_of(start, unit, rules),
            quantity(step.value, short),
            f"{quantity(step.low)} to {quantity(step.high, short)}",
        )
        for start, step in zip(starts, told.steps, strict=True)
    )
    name, value, interval = rows[-1]
    words = f"If it moves on as it did: {value} in {name}; with a chance of {level}, {interval}."
    held = f"Of the last {told.tried} values {told.held} lay in the interval told one reading before; {level} should."
    return Ahead(told, words, held if told.tried else "", rows, starts)


def _steps(detail: KpiDetail) -> int:
    found = detail.standing
    due = found.goal.due if found.goal else None
    if due is None or found.start is None or due <= found.today:
        return STEPS_AHEAD
    unit, steps, start = unit_of(found.kpi), 0, found.start
    while steps < HISTORY and (start := moved(start, unit, 1)) <= due:
        steps += 1
    return max(1, steps)


def multiples_of(detail: KpiDetail, now: datetime) -> list[Multiple]:
    """Return the first 24 segments by name as small multiples over the same 26 periods, in one query."""
    kpi = detail.standing.kpi
    goal, unit, rules = goal_facts(kpi.direction, detail.standing.goal), short_unit(kpi.unit), rules_of(kpi.workspace)
    lines = segment_lines(kpi, list(detail.segments[:MULTIPLES]), SPARK, now)
    return [
        Multiple(
            segment=each.segment,
            spark=each.spark,
            value=quantity(each.value, unit),
            period=name_of(each.start, unit_of(kpi), rules) if each.start else "",
            delta="" if each.value is None or each.before is None else movement(each.value - each.before, unit),
            tone=tone_of(goal, each.before, each.value),
        )
        for each in lines
    ]
