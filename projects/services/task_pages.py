"""One page of a pull of tasks, stored: what the pull loop calls `write` for trackers."""

from __future__ import annotations

from typing import Final

from projects.connectors.base import ConnectorError
from projects.connectors.task_records import TaskPage, TaskRecord
from projects.models import Connection
from projects.services.due import note_due
from projects.services.mirrored_sprints import close_gone_sprints, record_sprints
from projects.services.mirrored_tasks import mark_gone, record_tasks
from projects.services.outcomes import Fault, Outcome
from projects.services.pages import Stored
from projects.services.rejections import note_rejected, reasons_of
from projects.services.texts import storable, whole_text

_TEXTS: Final = (("id", "external_id", 250), ("title", "title", 250))


def record_task_page(connection: Connection, page: TaskPage) -> Stored:
    """Store one page in the caller's transaction: sprints, tasks with their history, and what is gone.

    A record that cannot be stored is rejected alone, with the reason. Raises ConnectorError for a connection without an
    initiative, whose tasks nobody can place.
    """
    initiative = connection.initiative
    if initiative is None:
        text = "Choose the initiative that these tasks belong to, in the settings of the connection."
        raise ConnectorError(text, permanent=True, code="no_initiative")
    rows = record_sprints(connection, page.sprints)
    outcomes = [_checked(each) for each in page.tasks]
    fine = [each for each, fate in zip(page.tasks, outcomes, strict=True) if fate.state != "rejected"]
    rows += record_tasks(connection, initiative, fine)
    if page.present_sprints is not None:
        rows += close_gone_sprints(connection, page.present_sprints)
    rows += mark_gone(connection, page.gone, page.present_ids)
    reasons = reasons_of(page.rejected, outcomes)
    noted = note_rejected(connection, reasons, [each.external_id for each in outcomes])
    if rows:
        note_due([initiative.pk], "tasks mirrored")
    return Stored(rows, len(reasons), bool(rows or noted))


def _checked(record: TaskRecord) -> Outcome:
    """Return what is wrong with a task, if anything."""
    faults = [
        Fault("", "unstorable", f"The task's {name} {wrong}.")
        for name, attribute, longest in _TEXTS
        if (wrong := whole_text(getattr(record, attribute), longest, empty=False))
    ]
    others = (record.body, record.status, record.type, record.url, *record.blocked_by)
    if not all(map(storable, others)):
        faults.append(Fault("", "unstorable", "The task has characters that cannot be stored."))
    return Outcome(record.external_id[:300], "rejected" if faults else "unchanged", faults)
