"""The tasks of readiness checks: which there are, and who closed them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from projects.models import Initiative, Task, TaskStatus, TaskTransition


@dataclass(frozen=True, slots=True)
class CheckTask:
    """A task that a check opened and nobody cancelled or put away; `closed_by_check` where it is done by the check.

    `is_mirrored` says that it is in a tracker.
    """

    id: int
    check: str
    status: str
    closed_by_check: bool
    is_mirrored: bool = False


SHOWN: Final = Q(is_from_check=True) | Q(status__in=(TaskStatus.TODO, TaskStatus.DOING))


def check_tasks(initiative: Initiative) -> list[CheckTask]:
    """Return the tasks that checks opened and may close, in one query."""
    last = TaskTransition.objects.filter(task=OuterRef("pk")).order_by("-at", "-pk")
    rows = _from_checks(initiative).exclude(status=TaskStatus.CANCELLED).order_by("pk")
    found = rows.annotate(actor=Subquery(last.values("actor")[:1]))
    return [
        CheckTask(pk, check, status, status == TaskStatus.DONE and actor is None, connection is not None)
        for pk, check, status, actor, connection in found.values_list("pk", "check_id", "status", "actor", "connection")
    ]


def task_of_check(initiative: Initiative, check_id: str) -> Task | None:
    """Return the one task that a check opened, whatever became of it."""
    rows = Task.objects.select_related("sprint").filter(initiative=initiative, check_id=check_id, is_from_check=True)
    found = rows.first()
    if found is not None:
        found.initiative = initiative
    return found


def tasks_to_show() -> ArraySubquery:
    """Return, for a query of initiatives, the tasks that `with_tasks` reads."""
    rows = Task.objects.filter(SHOWN, initiative=OuterRef("pk"), deleted_at=None).exclude(check_id="")
    told = JSONObject(check="check_id", number="number", status="status")
    return ArraySubquery(rows.order_by("is_from_check", "-number").values(told=told))


def with_tasks(document: dict[str, Any], workspace: str, tasks: Iterable[str]) -> None:
    """Write into each check of a document its task, `{key, status, url}`, or null.

    It is the one that the check opened, else an open one about it. `workspace` is its key, `tasks` comes from
    `tasks_to_show`.
    """
    found: dict[str, dict[str, str]] = {}
    for each in map(json.loads, tasks):
        key = f"{document['initiative']}-{each['number']}"
        url = f"/w/{workspace}/initiatives/{document['initiative']}/tasks/{key}/"
        found[each["check"]] = {"key": key, "status": each["status"], "url": url}
    for section in document["sections"]:
        for check in section["checks"]:
            check["task"] = found.get(check["id"])


def _from_checks(initiative: Initiative) -> QuerySet[Task]:
    return Task.objects.filter(initiative=initiative, is_from_check=True, deleted_at=None)
