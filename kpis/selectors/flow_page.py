"""How an initiative's tasks flow: throughput, cycle times, cumulative flow, ageing, effort, and what is wrong in them.

Nothing here is about a person. Tasks that checks opened are left out, as in the forecast.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from kpis.scoring.delivery.task_forecast import TaskForecast, forecast_tasks
from kpis.scoring.wording import counted, figure
from mltrack.cells import Cell
from projects.models import Initiative, Task
from projects.progress.delivery.cycle_times import Ageing, CycleTimes, ageing, cycle_times, cycle_times_by_type
from projects.progress.delivery.dirt import counted as dirt_of
from projects.progress.delivery.effort import Effort, effort_by_type
from projects.progress.delivery.facts import OPEN, day_of
from projects.progress.delivery.flow import FlowDay, cumulative_flow, weekly_flow
from projects.progress.delivery.throughput import Throughput, throughput
from projects.selectors.delivery_facts import task_facts

MOST_AGEING: Final = 30
MOST_ROWS: Final = 60
COLUMNS: Final = ("week", "done", "added", "cancelled", "scope_growth", "waiting", "doing", "done_in_all", "reopened")


@dataclass(frozen=True, slots=True)
class AgeingRow:
    """A task that is being done, with its title."""

    task: Ageing
    title: str


@dataclass(frozen=True, slots=True)
class CycleRow:
    """The cycle times of one type of task, "" for all."""

    type: str
    times: CycleTimes


@dataclass(frozen=True, slots=True)
class FlowPage:
    """All of the page. `undated` tasks are being done, and nobody knows since when."""

    tasks: int
    open: int
    forecast: TaskForecast
    throughput: Throughput
    says: str
    flow_says: str
    weeks: Sequence[tuple[str, ...]]
    flow: Sequence[tuple[str, ...]]
    cycles: Sequence[CycleRow]
    ageing: Sequence[AgeingRow]
    more_ageing: int
    undated: int
    effort: Sequence[Effort]
    dirt: Sequence[str]


def flow_page(initiative: Initiative, now: datetime) -> FlowPage:
    """Return the page, in three queries; two where nothing is being done, one without tasks."""
    facts, zone = task_facts(initiative), ZoneInfo(initiative.workspace.zone)
    history, days = throughput(facts, zone, now), cumulative_flow(facts, zone, now)
    left = sum(each.status in OPEN and each.deleted_at is None for each in facts)
    doing, times = ageing(facts, now), cycle_times(facts, now)
    by_type = cycle_times_by_type(facts, now)
    return FlowPage(
        tasks=len(facts),
        open=left,
        forecast=forecast_tasks(left, history, day_of(now, zone)),
        throughput=history,
        says=throughput_says(history),
        flow_says=flow_says(days),
        weeks=[tuple(map(str, row[:5])) for row in reversed(week_rows(history, days))],
        flow=[_flow_row(each) for each in reversed(weekly_flow(days)[-MOST_ROWS:])],
        cycles=[CycleRow("", times), *(CycleRow(name, each) for name, each in by_type.items())] if times.n else [],
        ageing=_titled(initiative, doing.tasks[:MOST_AGEING]),
        more_ageing=max(0, len(doing.tasks) - MOST_AGEING),
        undated=doing.undated,
        effort=effort_by_type(facts, now),
        dirt=dirt_of(facts, now).words,
    )


def flow_history(initiative: Initiative, now: datetime) -> tuple[Throughput, tuple[FlowDay, ...]]:
    """Return the weeks and days that the figures show, in two queries."""
    facts, zone = task_facts(initiative), ZoneInfo(initiative.workspace.zone)
    return throughput(facts, zone, now), cumulative_flow(facts, zone, now)


def throughput_says(history: Throughput) -> str:
    """Return the throughput in a sentence."""
    if not history.weeks:
        return "No full week of history yet."
    rate, growth = figure(round(history.per_week or 0.0, 1)), figure(round(history.growth_per_week or 0.0, 1))
    weeks = counted(len(history.weeks), "full week")
    return f"{rate} tasks done a week over the last {weeks}, while the scope grew by {growth} a week."


def flow_says(days: Sequence[FlowDay]) -> str:
    """Return how the tasks stand in a sentence."""
    if not days:
        return "Nothing to show yet."
    last = days[-1]
    again = f", {last.reopened} of them opened again" if last.reopened else ""
    return f"{counted(last.done, 'task')} done{again}, {last.doing} being done, {last.todo} waiting."


def week_rows(history: Throughput, days: Sequence[FlowDay]) -> list[tuple[Cell, ...]]:
    """Return a row for each full week: what it brought, and how the tasks stood at its end."""
    ends = {_week(each.day): each for each in days}
    return [
        (
            each.monday,
            *(each.done, each.added, each.cancelled, each.growth),
            *((end.todo, end.doing, end.done, end.reopened) if (end := ends.get(_week(each.monday))) else (None,) * 4),
        )
        for each in history.weeks
    ]


def flow_lines(initiative: Initiative, now: datetime) -> Iterator[tuple[Cell, ...]]:
    """Return the weeks as rows, the oldest first, in two queries."""
    yield COLUMNS
    facts, zone = task_facts(initiative), ZoneInfo(initiative.workspace.zone)
    days = cumulative_flow(facts, zone, now)
    yield from week_rows(throughput(facts, zone, now, most=len(days)), days)


def _flow_row(each: FlowDay) -> tuple[str, ...]:
    return each.day.isoformat(), str(each.todo), str(each.doing), str(each.done), str(each.reopened)


def _week(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]


def _titled(initiative: Initiative, tasks: Sequence[Ageing]) -> list[AgeingRow]:
    numbers = [int(each.key.rpartition("-")[2]) for each in tasks]
    if not numbers:
        return []
    found = Task.objects.filter(initiative=initiative, number__in=numbers)
    titles = dict(found.values_list("number", "title"))
    return [AgeingRow(each, titles.get(number, "")) for each, number in zip(tasks, numbers, strict=True)]
