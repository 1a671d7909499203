"""The trackers in which an initiative's checks may open tasks, and how far a task is on its way there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.connectors.registry import writes_tasks
from projects.models import Connection, Initiative, SentTask, Task, TaskStatus

HERE: Final = "here"
"""What a person says who wants a task in no tracker."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a task is: `state` is waiting, refused, passes or fails, and `words` say it; "" where all is well."""

    state: str
    words: str


def task_trackers(initiative: Initiative) -> list[Connection]:
    """Return the connections in whose trackers this initiative's tasks may be opened, by name; one query."""
    rows = Connection.objects.filter(initiative=initiative, options__may_open_tasks=True).order_by("name")
    return [each for each in rows if writes_tasks(each.kind)]


def chosen_tracker(initiative: Initiative, asked: str) -> Connection | None:
    """Return the connection that a person named by id, None for `HERE`; unasked the only one, else none.

    Raises ValidationError({"tracker": text}) where it may open no tasks of this initiative, and where there are several
    and nobody said which.
    """
    if asked == HERE:
        return None
    found = task_trackers(initiative)
    if not asked:
        if len(found) > 1:
            raise ValidationError({"tracker": _("There are several trackers: say in which, or here.")})
        return found[0] if found else None
    named = next((each for each in found if each.public_id == asked), None)
    if named is None:
        raise ValidationError({"tracker": _("No tasks of this initiative may be opened there.")})
    return named


def standing_of(task: Task) -> Standing:
    """Return how far a task is on its way to a tracker; one query, none where `sent__connection` came with the task."""
    sent = getattr(task, "sent", None)
    return _standing(sent, task, timezone.now()) if sent is not None else Standing("", "")


def standings_of(initiative: Initiative) -> dict[str, Standing]:
    """Return how far the tasks of an initiative are that go to a tracker, by key; one query."""
    rows = SentTask.objects.filter(task__initiative=initiative, task__deleted_at=None)
    now = timezone.now()
    return {
        f"{initiative.key}-{each.task.number}": _standing(each, each.task, now)
        for each in rows.select_related("task", "connection")
    }


def _standing(sent: SentTask, task: Task, now: datetime) -> Standing:
    names = {"tracker": sent.connection.name, "why": sent.refusal or sent.trouble}
    if sent.refusal:
        return Standing("refused", _("%(tracker)s did not do it: %(why)s") % names)
    if task.connection_id is None:
        return _waiting(sent, names, now) if task.is_open else Standing("", "")
    if task.status == TaskStatus.CANCELLED or task.is_open == sent.wanted_open:
        return Standing("", "")
    state = "fails" if sent.wanted_open else "passes"
    is_due = sent.told_open is not sent.wanted_open and sent.connection.options.get("may_close_tasks") is True
    if is_due and sent.wanted_open:
        return Standing(state, _("The check does not pass: %(tracker)s is told to open this again.") % names)
    if is_due:
        return Standing(state, _("The check passes: %(tracker)s is told to close this.") % names)
    if sent.wanted_open:
        return Standing(state, _("The check does not pass, and %(tracker)s has this closed.") % names)
    return Standing(state, _("The check passes, and %(tracker)s still has this open.") % names)


def _waiting(sent: SentTask, names: dict[str, str], now: datetime) -> Standing:
    if not sent.connection.options.get("may_open_tasks"):
        words = _("Not opened in %(tracker)s: its connection may open no tasks any more.") % names
    elif sent.connection.paused:
        words = _("Waiting for %(tracker)s, whose connection is paused.") % names
    elif sent.trouble:
        words = _("Waiting for %(tracker)s. The last try failed: %(why)s") % names
    elif now - sent.due_at > timedelta(minutes=5):
        words = _("Waiting for %(tracker)s for longer than it should: is a worker running?") % names
    else:
        words = _("Waiting for %(tracker)s.") % names
    return Standing("waiting", words)
