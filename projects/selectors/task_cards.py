"""Tasks as lists and boards show them: each with its initiative, sprint, assignee and tracker, in one query."""

from __future__ import annotations

from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace
from projects.access import initiative_of, task_of
from projects.models import Initiative, Sprint, Task, TaskBlock, TaskStatus

OPEN: Final = (TaskStatus.TODO, TaskStatus.DOING)
MOST_CHOICES: Final = 50
_UNSEEN: Final = ("problem", "scope_in", "scope_out", "links", "sponsor")


def task_cards(workspace: Workspace, initiative: Initiative | None = None, *, archived: bool = False) -> QuerySet[Task]:
    """Return a workspace's or an initiative's tasks that were not put away, in the order of the board.

    Of a workspace, those of archived initiatives are left out unless `archived`. Each says `is_blocked`: whether a
    task that it waits for is still open.
    """
    waits = TaskBlock.objects.filter(task=OuterRef("pk"), blocker__status__in=OPEN, blocker__deleted_at=None)
    rows = Task.objects.filter(initiative__workspace=workspace, deleted_at=None)
    if initiative is not None:
        rows = rows.filter(initiative=initiative)
    elif not archived:
        rows = rows.filter(initiative__archived_at=None)
    rows = rows.select_related("initiative", "sprint", "assignee", "connection")
    rows = rows.defer("body", *(f"initiative__{name}" for name in _UNSEEN))
    return rows.annotate(is_blocked=Exists(waits)).order_by("rank", "number", "pk")


def task_by_key(principal: Principal, key: str) -> Task:
    """Return a task of the principal's workspace by its key, `CHURN-42`, in two queries. Raises Http404."""
    return task_of(initiative_of(principal, key.rpartition("-")[0]), key)


def tasks_by_key(principal: Principal, keys: list[str]) -> list[Task]:
    """Return the tasks with these keys in the order of the board, in one query; a key that nothing has is left out."""
    wanted = {key.rpartition("-")[::2] for key in keys}
    numbers = {number for _, number in wanted if number.isascii() and number.isdigit() and len(number) < 10}
    rows = task_cards(principal.workspace, archived=True).filter(
        initiative__key__in={key for key, _ in wanted}, number__in={int(each) for each in numbers}
    )
    return [each for each in rows if (each.initiative.key, str(each.number)) in wanted]


def sprints_to_choose(workspace: Workspace) -> list[Sprint]:
    """Return our sprints that take tasks, the earliest first, in one query."""
    open_ones = Sprint.objects.filter(workspace=workspace, closed_at=None, connection=None)
    return list(open_ones.order_by("starts_on", "pk")[:MOST_CHOICES])
