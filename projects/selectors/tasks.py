"""An initiative's tasks, for lists and files: what the API and exports show of each comes with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.db.models import Prefetch, Q, QuerySet

from mltrack.cells import Cell
from projects.models import Initiative, Priority, Task, TaskStatus, TaskTransition

OPEN: Final = (TaskStatus.TODO, TaskStatus.DOING)
FILTERS: Final = {
    "status": "status",
    "type": "type",
    "sprint": "sprint__public_id",
    "assignee": "assignee__email",
    "check": "check_id",
    "external_id": "external_id",
}
HEADING: Final = (
    *("key", "title", "type", "status", "sprint", "assignee", "estimate", "priority", "due_on", "check"),
    *("blocked_by", "external_id", "url", "created_at", "started_at", "done_at", "cancelled_at"),
)


def task_list(initiative: Initiative, asked: Mapping[str, Any]) -> QuerySet[Task]:
    """Return the tasks that were not put away; asked may hold the keys of FILTERS, open and mirrored."""
    wanted = Q(initiative=initiative, deleted_at=None)
    for name, column in FILTERS.items():
        wanted &= Q((column, asked[name])) if name in asked else Q()
    found = _shown().filter(wanted)
    if asked.get("open"):
        found = found.filter(status__in=OPEN)
    if asked.get("mirrored") is not None:
        found = found.filter(connection__isnull=not asked["mirrored"])
    return found


def task_shown(task: Task) -> Task:
    """Return a task as it is now, with its transitions in order."""
    kept = TaskTransition.objects.select_related("actor").order_by("at", "pk")
    return _shown().prefetch_related(Prefetch("transitions", kept)).get(pk=task.pk)


def task_rows(initiative: Initiative, asked: Mapping[str, Any]) -> Iterator[list[Cell]]:
    """Yield the heading and a row for each task, in order of their numbers."""
    yield list(HEADING)
    for task in task_list(initiative, asked).order_by("number").iterator(chunk_size=500):
        yield _row(task)


def _shown() -> QuerySet[Task]:
    named = Prefetch("blocked_by", Task.objects.select_related("initiative").order_by("initiative__key", "number"))
    related = ("initiative", "sprint", "assignee", "run", "dataset", "connection", "sent__connection")
    return Task.objects.select_related(*related).prefetch_related(named)


def _row(task: Task) -> list[Cell]:
    return [
        task.key,
        task.title,
        task.type,
        task.status,
        task.sprint.name if task.sprint else "",
        task.assignee.email if task.assignee else "",
        task.estimate,
        Priority(task.priority).name.lower(),
        task.due_on,
        task.check_id,
        " ".join(each.key for each in task.blocked_by.all()),
        task.external_id,
        task.url,
        *(task.created_at, task.started_at, task.done_at, task.cancelled_at),
    ]
