"""What the panels about delivery show: throughput, running sprints, and what has been worked on for long.

Nothing here is about a person. Tasks that checks opened are left out, as in the forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from kpis.scoring.dashboards.composed import PanelSpec
from kpis.selectors.flow_page import throughput_says
from kpis.selectors.panel_asked import PanelsAsked
from kpis.selectors.portfolio import fitting_initiatives
from projects.models import Sprint, Task, TaskStatus
from projects.progress.delivery.cycle_times import Ageing, ageing, cycle_times
from projects.progress.delivery.throughput import MOST_WEEKS, throughput
from projects.selectors.delivery_facts import facts_of_many


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A full week from its Monday: tasks done for the first time, and by how many the scope grew."""

    monday: date
    done: int
    growth: int


@dataclass(frozen=True, slots=True)
class SprintRow:
    """A sprint that runs: tasks in it that are not cancelled, those done, and the days left with today."""

    id: str
    name: str
    tasks: int
    done: int
    days_left: int


@dataclass(frozen=True, slots=True)
class AgeingRow:
    """A task that is being done: its age in days, and whether 85 % of the finished ones took no longer than that."""

    key: str
    title: str
    initiative: str
    days: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class DeliveryData:
    """`weeks` are the oldest first, `p50` and `p85` the cycle times in days; `doing` counts all that are being done."""

    says: str
    weeks: tuple[WeekRow, ...]
    p50: float | None
    p85: float | None
    sprints: tuple[SprintRow, ...]
    ageing: tuple[AgeingRow, ...]
    doing: int


def read_delivery(asked: PanelsAsked, specs: Sequence[PanelSpec]) -> list[DeliveryData]:
    """Return the data of each panel: one query for all, and four each."""
    running = _running(asked)
    return [_delivery(asked, each, running) for each in specs]


def _delivery(asked: PanelsAsked, spec: PanelSpec, running: QuerySet[Sprint, Any]) -> DeliveryData:
    fitting = fitting_initiatives(asked.principal, asked.both(spec.settings)).order_by().values("pk")
    since = asked.now - timedelta(weeks=MOST_WEEKS + 1)
    facts = facts_of_many(fitting, since)
    history = throughput(facts, ZoneInfo(asked.principal.workspace.zone), asked.now)
    times, work = cycle_times(facts, asked.now), ageing(facts, asked.now)
    inside = Q(tasks__initiative__in=fitting, tasks__deleted_at=None) & ~Q(tasks__status=TaskStatus.CANCELLED)
    done = inside & Q(tasks__status=TaskStatus.DONE)
    sprints = running.annotate(
        n=Count("tasks", filter=inside, distinct=True), done=Count("tasks", filter=done, distinct=True)
    )
    return DeliveryData(
        says=throughput_says(history),
        weeks=tuple(WeekRow(each.monday, each.done, each.growth) for each in history.weeks),
        p50=times.p50,
        p85=times.p85,
        sprints=tuple(_sprint(each, asked.today) for each in sprints if each.n),
        ageing=_titled(fitting, work.tasks[: spec.settings["rows"]]),
        doing=len(work.tasks) + work.undated,
    )


def _running(asked: PanelsAsked) -> QuerySet[Sprint, Any]:
    today = asked.today
    ours = Sprint.objects.filter(workspace=asked.principal.workspace, closed_at=None)
    return ours.filter(starts_on__lte=today, ends_on__gte=today).order_by("ends_on", "id")


def _sprint(sprint: Any, today: date) -> SprintRow:
    return SprintRow(sprint.public_id, sprint.name, sprint.n, sprint.done, (sprint.ends_on - today).days + 1)


def _titled(fitting: QuerySet[Any, Any], tasks: Sequence[Ageing]) -> tuple[AgeingRow, ...]:
    if not tasks:
        return ()
    wanted = [each.key.rpartition("-")[::2] for each in tasks]
    rows = Task.objects.filter(
        initiative__in=fitting,
        initiative__key__in={key for key, _ in wanted},
        number__in={int(number) for _, number in wanted},
    )
    titles = {f"{key}-{number}": title for key, number, title in rows.values_list("initiative__key", "number", "title")}
    return tuple(
        AgeingRow(each.key, titles.get(each.key, ""), each.key.rpartition("-")[0], int(each.days), each.is_late)
        for each in tasks
    )
