"""A finding as a task: opened by a person, closed when the finding closes, opened again when its cause comes back.

One cause has one task in an initiative. Nobody closes it here but the finding, so the actor is empty then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, Subquery

from mltrack.accounts.access import Principal, system_principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Finding, Initiative, Task, TaskStatus, TaskType
from projects.services.task_writing import set_status
from projects.services.tasks import create_task, edit_task, restore_task

TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("silent", "stopped", "drift", "quality"), TaskType.DATA),
    **dict.fromkeys(("latency", "errors", "cost", "endpoint"), TaskType.MONITORING),
}


@transaction.atomic
def open_finding_task(principal: Principal, finding: Finding) -> tuple[Task, bool]:
    """Return the one task of an open finding, open, and whether it is new.

    It is opened again when it was done, cancelled or put away. Raises ValidationError for a finding that is closed.
    """
    Initiative.objects.select_for_update(of=("self",), no_key=True).get(pk=finding.initiative_id)
    rows = Finding.objects.select_for_update(of=("self",)).select_related("initiative__workspace", "task__initiative")
    found = rows.get(pk=finding.pk, workspace=principal.workspace)
    if found.closed_at is not None:
        raise ValidationError({"finding": "This finding is closed: there is nothing to do."})
    task = found.task or _earlier(found)
    is_new = task is None
    if task is None:
        title = " ".join(found.words.split())[:250]
        kind = TYPES.get(found.kind, "")
        task = create_task(principal, found.initiative, title=title, body=_body(found), type=kind)
    elif not task.is_mirrored:
        task = _reopened(principal, task)
    if found.task_id != task.pk:
        found.task = task
        found.save(update_fields=["task"])
        record_audit(principal, "open a task", "finding", found.public_id, after={"task": task.key})
    return task, is_new


def carry_tasks(origin: Initiative, now: datetime) -> None:
    """Give findings that opened at `now` the tasks of their cause's last ones, opened again where they were done.

    One that a person cancelled or put away stays so, and is not carried on. Call it in the transaction of the opening.
    """
    past = Finding.objects.filter(initiative=OuterRef("initiative"), cause=OuterRef("cause"), task__isnull=False)
    kept = past.filter(task__deleted_at=None).exclude(task__status=TaskStatus.CANCELLED).order_by("-opened_at", "-id")
    new = Finding.objects.filter(observed_in=origin, opened_at=now, closed_at=None, task=None)
    found = [each for each in new.annotate(carried=Subquery(kept.values("task")[:1])) if each.carried is not None]
    for each in found:
        each.task_id = each.carried
    Finding.objects.bulk_update(found, ["task"])
    _turn([each.carried for each in found], TaskStatus.DONE, TaskStatus.TODO, now)


def end_tasks(closed: Collection[Finding], now: datetime) -> None:
    """Do the open tasks of findings that closed, in the transaction of the closing."""
    numbers = [each.task_id for each in closed if each.task_id is not None]
    for status in (TaskStatus.TODO, TaskStatus.DOING):
        _turn(numbers, status, TaskStatus.DONE, now)


def _turn(numbers: Collection[int], before: str, after: str, now: datetime) -> None:
    """Set the status of tasks of ours that have another; what is in a tracker stays as it is there."""
    if not numbers:
        return
    rows = Task.objects.select_for_update(of=("self",), no_key=True).select_related("initiative__workspace")
    for task in rows.filter(pk__in=numbers, status=before, connection=None, deleted_at=None).order_by("pk"):
        changed = set_status(task, after, now, None)
        task.version += 1
        task.save(update_fields=[*changed, "version", "updated_at"])
        nobody, was = system_principal(task.initiative.workspace), {"status": before}
        record_audit(nobody, "edit", "task", task.key, before=was, after={"status": after})


def _earlier(finding: Finding) -> Task | None:
    """Return the task that the same cause had in this initiative before."""
    past = Finding.objects.filter(initiative=finding.initiative_id, cause=finding.cause, task__isnull=False)
    last = past.select_related("task__initiative").order_by("-opened_at", "-id").first()
    return last.task if last else None


def _reopened(principal: Principal, task: Task) -> Task:
    if task.deleted_at is not None:
        task = restore_task(principal, task)
    return task if task.is_open else edit_task(principal, task, {"status": TaskStatus.TODO})


def _body(finding: Finding) -> str:
    """Return what the task says."""
    return f"{finding.words}.\n\nThis task was opened from a finding, and is done when the finding closes."
