"""KPIs as pages show them: every number already in words, in the unit and direction of its KPI."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kpis.models import Contribution, Goal
from kpis.scoring.kpi_words import (
    StandingState,
    Tone,
    aim_words,
    attainment_words,
    claims_words,
    goal_words,
    movement,
    nearest_edge,
    pace_words,
    period_name,
    quantity,
    short_unit,
    state_of,
    tone_of,
)
from kpis.selectors.expected import Expected, expected_of
from kpis.selectors.facts import goal_facts
from kpis.selectors.kpis import HISTORY, KpiDetail, KpiStanding
from kpis.selectors.periods import timeline


@dataclass(frozen=True, slots=True)
class KpiLine:
    """Where a KPI stands, in words: `value` is the number alone, elsewhere the unit is in short.

    `aim` is what must be reached, `goal` says also by when, `baseline` from where. `edge` is the one number that a
    sparkline draws as the goal. `delta` is the movement since the period that `against` names; `tone` says whether it
    is a good one.
    """

    standing: KpiStanding
    state: StandingState
    value: str
    period: str
    aim: str
    goal: str
    baseline: str
    delta: str
    against: str
    tone: Tone
    attainment: str
    pace: str
    edge: float | None


@dataclass(frozen=True, slots=True)
class GoalVersion:
    """One version of a goal, in words."""

    goal: Goal
    words: str
    baseline: str


@dataclass(frozen=True, slots=True)
class Tie:
    """What one initiative is expected to move, in words."""

    contribution: Contribution
    expected: str
    found: Expected | None = None


@dataclass(frozen=True, slots=True)
class KpiPage:
    """A KPI's page: its line, the sentence under its chart with the same numbers as rows, goals, newest first, ties."""

    line: KpiLine
    caption: str
    rows: tuple[tuple[str, str], ...]
    goals: tuple[GoalVersion, ...]
    waiting: GoalVersion | None
    ties: tuple[Tie, ...]
    claims: str
    segments: tuple[str, ...]


def line_of(found: KpiStanding) -> KpiLine:
    """Return where a KPI stands in words."""
    kpi, unit = found.kpi, short_unit(found.kpi.unit)
    goal = goal_facts(kpi.direction, found.goal)
    return KpiLine(
        standing=found,
        state=state_of(goal, found.value, found.pace, found.today),
        value=quantity(found.value),
        period=_period(found.start, kpi.period),
        aim=aim_words(goal, unit),
        goal=goal_words(goal, unit),
        baseline="" if goal.baseline is None else quantity(goal.baseline, unit),
        delta="" if found.delta is None else movement(found.delta, unit),
        against=_period(found.before_start, kpi.period),
        tone=tone_of(goal, found.before, found.value),
        attainment=attainment_words(goal, found.value, unit),
        pace=pace_words(found.pace, goal.due) if goal.is_set else "",
        edge=nearest_edge(goal, found.value),
    )


def _period(start: date | None, period: str) -> str:
    return period_name(start, period) if start else ""


def page_of_kpi(detail: KpiDetail) -> KpiPage:
    """Return what a KPI's page says; no further query, five where a bridge says what a decision is worth."""
    line, kpi = line_of(detail.standing), detail.standing.kpi
    unit = short_unit(kpi.unit)
    versions = [goal_version(each, kpi.direction, unit) for each in reversed(detail.goals)]
    expected = [tie.expected for tie in detail.contributions]
    found = expected_of(detail.contributions)
    steps = timeline(kpi, detail.history, HISTORY)
    return KpiPage(
        line=line,
        caption=_caption(line, detail),
        rows=tuple((period_name(start, kpi.period), quantity(value, unit)) for start, value in reversed(steps)),
        goals=tuple(versions),
        waiting=next((each for each in versions if each.goal.state == "proposed"), None),
        ties=tuple(Tie(tie, movement(tie.expected, unit), found.get(tie.pk)) for tie in detail.contributions),
        claims=claims_words(goal_facts(kpi.direction, detail.standing.goal), expected, unit),
        segments=detail.segments,
    )


def goal_version(goal: Goal, direction: str, unit: str) -> GoalVersion:
    """Return one version of a goal in words."""
    return GoalVersion(goal, goal_words(goal_facts(direction, goal), unit), quantity(goal.baseline, unit))


def _caption(line: KpiLine, detail: KpiDetail) -> str:
    """Return the chart in one sentence: the value, the goal, and the movement since the history begins."""
    found, kpi = line.standing, line.standing.kpi
    if found.value is None:
        return f"{kpi.name}: no readings yet."
    unit = short_unit(kpi.unit)
    parts = [
        f"{kpi.name} {quantity(found.value, unit)} ({line.period})",
        f"goal {line.goal}" if line.goal else "no goal yet",
    ]
    first = detail.history[0]
    if found.start and first.start < found.start:
        moved = movement(found.value - first.value, unit)
        parts.append(f"{moved} since {period_name(first.start, kpi.period)}")
    return ", ".join(parts) + "."
