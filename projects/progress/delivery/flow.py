"""Cumulative flow: how many tasks were waiting, being done and done at the end of each day.

The rule is *first done*: a task counts as done from the first time on, so the number of done tasks never falls. A
task that was opened again stays among the done ones, and `reopened` says how many of these are open. Cancelled tasks
leave the bands they were in; deleted ones never were in any.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

from projects.progress.delivery.dirt import dated
from projects.progress.delivery.facts import Status, TaskFact, day_of

Band = Literal["todo", "doing", "done", "cancelled", "reopened"]


@dataclass(frozen=True, slots=True)
class FlowDay:
    """The end of one day. `reopened` are done ones that are open again."""

    day: date
    todo: int
    doing: int
    done: int
    reopened: int = 0


def cumulative_flow(
    tasks: Sequence[TaskFact], zone: tzinfo, now: datetime, first: date | None = None
) -> tuple[FlowDay, ...]:
    """Return every day from the first task's, or from `first` on, to today."""
    moves: dict[date, Counter[Band]] = {}
    for each in dated(tasks, now):
        for day, band, step in _steps(each, zone):
            moves.setdefault(day, Counter())[band] += step
    if not moves:
        return ()
    sums: Counter[Band] = Counter()
    found: list[FlowDay] = []
    start, today = min(moves), day_of(now, zone)
    for place in range((today - start).days + 1):
        day = start + timedelta(days=place)
        for band, step in moves.get(day, Counter[Band]()).items():
            sums[band] += step
        if first is None or day >= first:
            found.append(FlowDay(day, sums["todo"], sums["doing"], sums["done"], sums["reopened"]))
    return tuple(found)


def weekly_flow(days: Sequence[FlowDay]) -> tuple[FlowDay, ...]:
    """Return the last day of each ISO week; of the present one the last there is."""
    return tuple({each.day.isocalendar()[:2]: each for each in days}.values())


def _steps(task: TaskFact, zone: tzinfo) -> list[tuple[date, Band, int]]:
    """Return by day which band gains and which loses the task, as far as it moved."""
    found: list[tuple[date, Band, int]] = []
    now: tuple[Band, ...] = ()
    done = False
    for each in task.course:
        done = done or each.status == "done"
        bands = _bands(each.status, done)
        day = day_of(each.at, zone)
        found += [(day, band, -1) for band in now if band not in bands]
        found += [(day, band, 1) for band in bands if band not in now]
        now = bands
    return found


def _bands(status: Status, done: bool) -> tuple[Band, ...]:
    if not done:
        return (status,)
    return ("done", "reopened") if status in ("todo", "doing") else ("done",)
