"""Edits of tasks that can be taken back for a while: a signed text holds what they were before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction

from mltrack.accounts.access import Principal
from mltrack.accounts.models import User, Workspace
from projects.models import DatasetVersion, Run, Sprint, Task
from projects.services.task_fields import EDITABLE
from projects.services.tasks import edit_task, edit_tasks, place_task, put_task_back
from projects.services.versions import VersionConflict

SALT: Final = "mltrack.tasks.undo"
SECONDS: Final = 120
"""How long an edit can be taken back: the message stays ten seconds, longer under the pointer."""
UNDOABLE: Final = ("status", "type", "priority", "sprint", "assignee", "estimate", "due_on")
"""Fields of many tasks; of one task every field can be taken back."""
_ROWS: Final = {"sprint": Sprint, "assignee": User, "run": Run, "dataset": DatasetVersion}


@dataclass(frozen=True, slots=True)
class Undone:
    """The tasks that are as they were before, the keys of those that changed since and stay, and the fields."""

    tasks: tuple[Task, ...]
    left: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def restored(self) -> int:
        """How many tasks are as they were."""
        return len(self.tasks)


@transaction.atomic
def edit_tasks_undoably(
    principal: Principal, tasks: Sequence[Task], changes: Mapping[str, Any]
) -> tuple[list[Task], str]:
    """Return tasks edited alike, all or none, and the text that takes it back. Only `UNDOABLE` fields.

    Raises ValidationError({field: text}).
    """
    wrong = {name: "This cannot be edited for many tasks at once." for name in changes if name not in UNDOABLE}
    if wrong:
        raise ValidationError(wrong)
    names = sorted(changes)
    before = _before(tasks, names)
    edited = edit_tasks(principal, tasks, changes)
    return edited, _token(principal, names, before, edited)


@transaction.atomic
def edit_task_undoably(
    principal: Principal, task: Task, changes: Mapping[str, Any], *, expected_version: int | None = None
) -> tuple[Task, str]:
    """Return the edited task, and the text that takes it back, "" where nothing changed. Raises as `edit_task`."""
    names = sorted(set(changes) & set(EDITABLE))
    before = _before([task], names)
    edited = edit_task(principal, task, changes, expected_version=expected_version)
    return edited, _token(principal, names, before, [edited])


@transaction.atomic
def place_task_undoably(
    principal: Principal, task: Task, *, changes: Mapping[str, Any], **place: Any
) -> tuple[Task, str]:
    """Return the task at its new place, and the text that takes it back, "" where nothing changed.

    `place` and what is raised are those of `place_task`. Moves hold the workspace before the task, as there.
    """
    Workspace.objects.select_for_update(no_key=True).get(pk=principal.workspace.pk)
    names = sorted(set(changes) & set(EDITABLE))
    before = _before([task], names)
    moved = place_task(principal, task, changes=changes, **place)
    return moved, _token(principal, names, before, [moved], is_place=True)


@transaction.atomic
def undo_task_edits(principal: Principal, token: str) -> Undone:
    """Take an edit or a move of tasks back where nobody has changed them since.

    Raises ValidationError for a text that is too old, or not of this person in this workspace.
    """
    try:
        workspace, user, names, rows = signing.loads(token, salt=SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise ValidationError("This cannot be taken back any more.") from error
    if workspace != principal.workspace.pk or principal.user is None or user != principal.user.pk:
        raise ValidationError("Only whoever made this change can take it back.")
    tasks = Task.objects.filter(initiative__workspace=principal.workspace, pk__in=[row[0] for row in rows])
    known = {each.pk: each for each in tasks.select_related("initiative")}
    restored, left = [], []
    for number, version, values, ranks in rows:
        if number not in known:
            continue
        task = known[number]
        changes = {name: _given(principal, name, value) for name, value in zip(names, values, strict=True)}
        try:
            restored.append(_put_back(principal, task, changes, version, ranks))
        except (VersionConflict, ValidationError):
            left.append(task.key)
    return Undone(tuple(restored), tuple(left), tuple(names))


def _put_back(principal: Principal, task: Task, changes: dict[str, Any], version: int, ranks: list[str] | None) -> Task:
    if ranks is None:
        return edit_task(principal, task, changes, expected_version=version)
    return put_task_back(principal, task, changes, ranks=(ranks[0], ranks[1]), expected_version=version)


def _before(tasks: Sequence[Task], names: Sequence[str]) -> dict[int, tuple[int, str, list[Any]]]:
    """Return version, rank and fields of tasks as they are now, held until the end of the transaction."""
    numbers = [each.pk for each in tasks]
    held = Task.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=numbers).order_by("pk")
    return {each.pk: (each.version, each.rank, [_kept(each, name) for name in names]) for each in held}


def _token(
    principal: Principal,
    names: Sequence[str],
    before: Mapping[int, tuple[int, str, list[Any]]],
    edited: Sequence[Task],
    is_place: bool = False,
) -> str:
    """Return the signed text that takes an edit back, "" where nothing changed."""
    rows = []
    for each in edited:
        version, rank, values = before[each.pk]
        if (version, rank) != (each.version, each.rank):
            rows.append([each.pk, each.version, values, [rank, each.rank] if is_place else None])
    content = [principal.workspace.pk, principal.user.pk if principal.user else None, list(names), rows]
    return signing.dumps(content, salt=SALT, compress=True) if rows else ""


def _kept(task: Task, name: str) -> Any:
    """Return a field as JSON holds it: rows by their number, days and estimates as text."""
    if name in _ROWS:
        return getattr(task, f"{name}_id")
    if name == "blocked_by":
        return list(task.blocked_by.order_by("pk").values_list("pk", flat=True))
    value = getattr(task, name)
    return str(value) if isinstance(value, date | Decimal) else value


def _given(principal: Principal, name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "blocked_by":
        ours = Task.objects.filter(initiative__workspace=principal.workspace, pk__in=value)
        return list(ours.select_related("initiative").order_by("pk"))
    if name in _ROWS:
        return _ROWS[name]._default_manager.filter(pk=value).first()
    return date.fromisoformat(value) if name == "due_on" else value
