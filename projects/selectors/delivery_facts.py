"""An initiative's tasks as the arithmetic of delivery takes them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from projects.models import Initiative, Task, TaskTransition
from projects.progress.delivery.facts import Change, TaskFact

MOMENTS = ("created_at", "started_at", "done_at", "cancelled_at", "deleted_at")


def task_facts(initiative: Initiative) -> tuple[TaskFact, ...]:
    """Return the tasks by number with their transitions, in two queries; one where there are none.

    Those that a check or a finding opened are left out: the check itself is part of the forecast.
    """
    return _facts(Task.objects.filter(initiative=initiative, is_from_check=False, findings=None))


def facts_of_many(initiatives: QuerySet[Any, Any], since: datetime) -> tuple[TaskFact, ...]:
    """Return the same of many initiatives by key and number, but for tasks that ended before a moment; two queries."""
    ended = Q(done_at__lt=since) | Q(cancelled_at__lt=since) | Q(deleted_at__lt=since)
    return _facts(Task.objects.filter(initiative__in=initiatives, is_from_check=False, findings=None).exclude(ended))


def _facts(tasks: QuerySet[Task, Any]) -> tuple[TaskFact, ...]:
    names = ("pk", "number", "status", "type", "estimate", "initiative__key", *MOMENTS)
    rows = list(tasks.order_by("initiative__key", "number").values(*names))
    if not rows:
        return ()
    changes: defaultdict[int, list[Change]] = defaultdict(list)
    kept = TaskTransition.objects.filter(task__in=tasks.order_by().values("pk")).order_by("at", "id")
    for task, status, at in kept.values_list("task_id", "to_status", "at"):
        changes[task].append(Change(at, status))  # type: ignore[arg-type]
    return tuple(_fact(row["initiative__key"], row, tuple(changes[row["pk"]])) for row in rows)


def _fact(key: str, row: dict[str, Any], changes: tuple[Change, ...]) -> TaskFact:
    return TaskFact(
        key=f"{key}-{row['number']}",
        status=row["status"],
        type=row["type"],
        estimate=None if row["estimate"] is None else float(row["estimate"]),
        changes=changes,
        **{name: row[name] for name in MOMENTS},
    )
