"""One sprint: its burn-up, what changed since it began, and its tasks by status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kpis.selectors.task_board import Group, by_status
from mltrack.accounts.access import Principal
from mltrack.drawing.burnup import Burnup, draw_burnup
from projects.models import Sprint, Task, TaskStatus
from projects.progress.delivery.facts import day_of
from projects.progress.delivery.sprint_burnup import SprintBurnup, sprint_burnup
from projects.selectors.sprint_rows import sprint_facts
from projects.selectors.task_cards import OPEN, task_cards


@dataclass(frozen=True, slots=True)
class SprintView:
    """What the page of a sprint shows. `drawing` is None before it begins, and where a tracker gives no days."""

    sprint: Sprint
    state: str
    groups: tuple[Group, ...]
    burnup: SprintBurnup
    drawing: Burnup | None
    days_left: int | None

    @property
    def tasks(self) -> int:
        """Tasks in it that were not cancelled."""
        return sum(len(each.tasks) for each in self.groups if each.value != TaskStatus.CANCELLED)

    @property
    def done(self) -> int:
        """Tasks in it that are done."""
        return sum(len(each.tasks) for each in self.groups if each.value == TaskStatus.DONE)

    @property
    def added(self) -> int:
        """How many tasks came in after its first day, each time that one did."""
        return sum(len(each.added) for each in self.burnup.changes)

    @property
    def removed(self) -> int:
        """How many tasks left its scope after its first day."""
        return sum(len(each.removed) for each in self.burnup.changes)


@dataclass(frozen=True, slots=True)
class RollOver:
    """What a roll-over takes: the open tasks that are ours; those of trackers stay."""

    goes: tuple[Task, ...]
    stays: tuple[Task, ...]


def sprint_view(principal: Principal, sprint: Sprint, now: datetime) -> SprintView:
    """Return a sprint with its tasks and burn-up, in four queries."""
    zone = ZoneInfo(principal.workspace.zone)
    today = day_of(now, zone)
    tasks = list(task_cards(principal.workspace, archived=True).filter(sprint=sprint))
    groups = by_status(tasks)
    burnup, drawing = SprintBurnup(), None
    if sprint.starts_on and sprint.ends_on and today >= sprint.starts_on:
        until = min(now, sprint.closed_at) if sprint.closed_at else now
        burnup = sprint_burnup(sprint_facts(sprint), sprint.starts_on, sprint.ends_on, zone, until)
        drawing = draw_burnup(
            [each.scope.tasks for each in burnup.days],
            [each.done.tasks for each in burnup.days],
            (sprint.ends_on - sprint.starts_on).days + 1,
        )
    return SprintView(sprint, sprint.state(today), groups, burnup, drawing, _days_left(sprint, today))


def _days_left(sprint: Sprint, today: date) -> int | None:
    """Return the days that a running sprint still has, today in them."""
    if sprint.state(today) != "active" or sprint.ends_on is None:
        return None
    return (sprint.ends_on - today).days + 1


def roll_over_of(principal: Principal, sprint: Sprint) -> RollOver:
    """Return what rolling a sprint over would take and leave, in one query."""
    tasks = list(task_cards(principal.workspace, archived=True).filter(sprint=sprint, status__in=OPEN))
    return RollOver(
        tuple(each for each in tasks if each.connection_id is None),
        tuple(each for each in tasks if each.connection_id is not None),
    )
