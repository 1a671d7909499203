"""Tasks of checks on their way to a tracker: asked for, adopted, and what their checks want of the tracker.

Rows of `SentTask` are held before those of tasks, always in this order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from mltrack.accounts.access import Principal, system_principal
from mltrack.accounts.services.audit import record_audit
from projects.connectors.task_records import OpenedTask, TaskRecord
from projects.models import Connection, SentTask, Task, TaskStatus
from projects.models.identifiers import task_marker


@transaction.atomic
def send_task(principal: Principal, task: Task, connection: Connection | None, back: str) -> None:
    """Ask for a task of ours to be opened in a tracker, or with None to be kept here; `back` is the path it points to.

    One that is on its way goes on to where it goes as soon as a try may have opened it there.
    """
    sent = SentTask.objects.select_for_update(no_key=True).filter(task=task).first()
    if sent is not None and sent.tried_at is None and sent.connection != connection:
        sent.delete()
        sent = None
    if sent is not None:
        _ask_again(sent)
    elif connection is not None:
        SentTask.objects.create(task=task, connection=connection, back=back)
        record_audit(principal, "send", "task", task.key, after={"tracker": connection.name})


@transaction.atomic
def reopen_there(principal: Principal, task: Task) -> Task:
    """Return a mirrored task of a check that is open, or that its tracker is asked to open again.

    One that is gone in the tracker becomes ours again. Raises ValidationError where the tracker may not be asked.
    """
    sent = SentTask.objects.select_for_update(of=("self",), no_key=True).select_related("connection").get(task=task)
    held = Task.objects.select_for_update(of=("self",), no_key=True).select_related("initiative").get(pk=task.pk)
    if held.deleted_at is not None:
        sent.delete()
        held.connection, held.external_id, held.url, held.deleted_at = None, "", "", None
        held.external_status, held.external_type, held.external_blockers = "", "", []
        held.version += 1
        held.save()
        record_audit(principal, "restore", "task", held.key, before={"title": held.title})
    elif held.is_open:
        _ask_again(sent)
    elif not sent.connection.options.get("may_close_tasks"):
        text = f"{held.key} is {held.status} in {sent.connection}: open it again there."
        raise ValidationError({"task": text})
    else:
        sent.told_open, sent.wanted_open = False, True
        _ask_again(sent)
    return held


@transaction.atomic
def want_open(wanted: Mapping[int, bool]) -> int:
    """Note whether checks want their mirrored tasks to be open, by row number; return how many changed.

    A task that people closed in the tracker is opened again only after its check has passed and fails again.
    """
    rows = SentTask.objects.select_for_update(of=("self",), no_key=True).select_related("task")
    changed = [each for each in rows.filter(task__in=wanted).order_by("pk") if each.wanted_open != wanted[each.task_id]]
    for sent in changed:
        sent.wanted_open = wanted[sent.task_id]
        if sent.wanted_open and sent.task.status == TaskStatus.DONE and sent.told_open is not None:
            sent.told_open = False
        _ask_again(sent)
    return len(changed)


def adopt_marked(connection: Connection, records: Sequence[TaskRecord]) -> int:
    """Let tasks that are on their way be the ones that a pull brings with their markers; return how many.

    Call it in the pull's transaction, before its tasks are held.
    """
    waiting = SentTask.objects.filter(connection=connection, tried_at__isnull=False, task__connection=None)
    pending = {each.marker: each for each in waiting.select_for_update(of=("self",), no_key=True).order_by("pk")}
    if not pending:
        return 0
    names = [each.external_id for each in records]
    known = set(Task.objects.filter(connection=connection, external_id__in=names).values_list("external_id", flat=True))
    adopted = 0
    for record in records:
        marker = next((each for each in pending if each in record.body), None)
        if marker is not None and record.external_id not in known:
            _mirror(pending.pop(marker), record.external_id)
            adopted += 1
    return adopted


def adopt(sent: SentTask, opened: OpenedTask) -> Task:
    """Let the task of a held row be the one that was opened in its tracker, and return it.

    Where a pull has brought that one already, it gives way: nobody has worked with it here.
    """
    twins = Task.objects.filter(connection=sent.connection, external_id=opened.external_id)
    twins.exclude(pk=sent.task_id).delete()
    sent.told_open, sent.place = True, opened.place
    task = _mirror(sent, opened.external_id, opened.url)
    sent.wanted_open = task.is_open and task.deleted_at is None
    after = {"tracker": sent.connection.name, "external_id": opened.external_id}
    record_audit(system_principal(task.initiative.workspace), "mirror", "task", task.key, after=after)
    return task


def retry_refused(connection: Connection) -> int:
    """Try again what a connection's tracker refused, since the connection was changed; return how much."""
    rows = SentTask.objects.filter(Q(failures__gt=0) | ~Q(refusal=""), connection=connection)
    return rows.update(refusal="", trouble="", failures=0, due_at=timezone.now())


def forget_place(sent: SentTask) -> None:
    """Note of a held row that its tracker has no such task: it may be opened anew, with another marker."""
    sent.marker, sent.tried_at = task_marker(), None


def _mirror(sent: SentTask, external_id: str, url: str = "") -> Task:
    task = Task.objects.select_for_update(of=("self",), no_key=True).select_related("initiative__workspace")
    held = task.get(pk=sent.task_id)
    if held.connection_id is None:
        held.connection, held.external_id, held.url = sent.connection, external_id, url or held.url
        held.version = F("version") + 1
        held.save(update_fields=["connection", "external_id", "url", "version", "updated_at"])
        held.refresh_from_db(fields=["version"])
    return held


def _ask_again(sent: SentTask) -> None:
    sent.refusal, sent.trouble, sent.failures, sent.due_at = "", "", 0, timezone.now()
    sent.save()
