"""What pushed moments tell of a task's past: its status, and the transitions that led there. Nothing is written."""

from __future__ import annotations

from datetime import datetime

from mltrack.accounts.models import User
from projects.models import Task, TaskStatus, TaskTransition
from projects.services.task_input import TaskInput
from projects.services.task_writing import turn


def meant_status(given: TaskInput, status: str) -> str:
    """Return the status that an input means: what it says, else what its moments say, else what there was."""
    if given.fields.get("status"):
        return str(given.fields["status"])
    if given.times.get("done_at"):
        return TaskStatus.DONE
    if given.times.get("started_at") and status in ("", TaskStatus.TODO):
        return TaskStatus.DOING
    return status or TaskStatus.TODO


def begin(task: Task, given: TaskInput, now: datetime, actor: User | None) -> list[TaskTransition]:
    """Bring a new task to its status by the moments that are told, and return the transitions.

    The moments stand as they are told, in whatever order. A status without a moment is one of now; of a task that was
    made before (`created_at` is told) nobody knows since when, and the moment stays empty.
    """
    told, status = given.times, meant_status(given, "")
    is_past = "created_at" in told
    rows: list[TaskTransition | None] = [
        TaskTransition(task=task, to_status=task.status, at=task.created_at, actor=None if is_past else actor)
    ]
    if started := told.get("started_at"):
        rows.append(turn(task, TaskStatus.DOING, started, None))
    if done := told.get("done_at"):
        rows.append(turn(task, TaskStatus.DONE, done, None))
    last = turn(task, status, now, actor)
    if last is not None and is_past:
        task.started_at, task.done_at, task.cancelled_at = started, None, None
    return [row for row in (*rows, last) if row is not None]


def go_on(task: Task, given: TaskInput, now: datetime, actor: User | None) -> list[TaskTransition]:
    """Bring a known task to the status that an input means, at the moments that it tells, else now."""
    status = meant_status(given, task.status)
    started, done = given.times.get("started_at"), given.times.get("done_at")
    rows: list[TaskTransition | None] = []
    if started and task.started_at is None and task.status == TaskStatus.TODO and status != TaskStatus.TODO:
        rows.append(turn(task, TaskStatus.DOING, started, None))
    told = done if status == TaskStatus.DONE else started if status == TaskStatus.DOING else None
    rows.append(turn(task, status, told or now, None if told else actor))
    return [row for row in rows if row is not None]
