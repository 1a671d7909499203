"""Tasks that a readiness check opened, closed and opened again by it. Nobody here did it: the actor is empty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from mltrack.accounts.access import system_principal
from mltrack.accounts.models import Workspace
from mltrack.accounts.services.audit import record_audit
from projects.models import Task
from projects.services.task_writing import set_status


@transaction.atomic
def turn_check_tasks(workspace: Workspace, wanted: Mapping[int, str], at: datetime) -> list[Task]:
    """Set the statuses of tasks that a check opened, by row number, and return those that changed.

    What checks open is no ground of the judgement, so nothing has to be judged again.
    """
    rows = Task.objects.select_for_update(of=("self",), no_key=True).select_related("initiative")
    held = list(rows.filter(pk__in=wanted, initiative__workspace=workspace, is_from_check=True).order_by("pk"))
    principal, turned = system_principal(workspace), []
    for task in held:
        before = task.status
        changed = set_status(task, wanted[task.pk], at, None)
        if not changed:
            continue
        task.version += 1
        task.save(update_fields=[*changed, "version", "updated_at"])
        record_audit(principal, "edit", "task", task.key, before={"status": before}, after={"status": task.status})
        turned.append(task)
    return turned
