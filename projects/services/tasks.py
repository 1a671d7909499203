"""Tasks that people write here: made, edited, moved on the board, put away. Mirrored ones change in their tracker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative, Task, TaskStatus, TaskTransition
from projects.services.due import note_due
from projects.services.task_fields import checked_fields
from projects.services.task_writing import (
    last_rank,
    next_number,
    rank_beside,
    set_blockers,
    set_sprint,
    set_status,
)
from projects.services.texts import json_safe
from projects.services.versions import VersionConflict, expect_version

MOST_AT_ONCE: Final = 500


@transaction.atomic
def create_task(
    principal: Principal, initiative: Initiative, *, title: str, is_from_check: bool = False, **fields: Any
) -> Task:
    """Return a new task at the end of the board; `fields` are those of `task_fields.EDITABLE`.

    `is_from_check` says that the check named by `check_id` opened it. Raises ValidationError({field: text}).
    """
    found = checked_fields(initiative, None, {"title": title, **fields})
    now = timezone.now()
    status, sprint = found.pop("status", TaskStatus.TODO), found.pop("sprint", None)
    blockers = found.pop("blocked_by", [])
    task = Task.objects.create(
        initiative=initiative,
        number=next_number(initiative),
        rank=last_rank(initiative.workspace_id),
        created_at=now,
        is_from_check=is_from_check,
        **found,
    )
    TaskTransition.objects.create(task=task, from_status="", to_status=TaskStatus.TODO, at=now, actor=principal.user)
    changed = set_status(task, status, now, principal.user) + set_sprint(task, sprint, now, principal.user)
    if changed:
        task.save(update_fields=changed)
    set_blockers(task, blockers)
    record_audit(principal, "create", "task", task.key, after=_told(task, ["title", *found, *changed]))
    note_due([initiative.pk], "task created")
    return task


@transaction.atomic
def edit_task(
    principal: Principal, task: Task, changes: Mapping[str, Any], *, expected_version: int | None = None
) -> Task:
    """Return the edited task; what does not change is not written.

    `changes` are fields of `task_fields.EDITABLE`. Raises ValidationError({field: text}), also for a mirrored task,
    and VersionConflict when `expected_version` is not the present one.
    """
    locked = _held([task])[0]
    expect_version(locked.version, expected_version)
    _apply(principal, locked, changes)
    return locked


@transaction.atomic
def edit_tasks(principal: Principal, tasks: Sequence[Task], changes: Mapping[str, Any]) -> list[Task]:
    """Return many tasks edited alike, all or none; one audit event each. Raises ValidationError({field: text})."""
    if len(tasks) > MOST_AT_ONCE:
        raise ValidationError({"tasks": f"At most {MOST_AT_ONCE} tasks are edited at once."})
    locked = _held(tasks)
    for task in locked:
        _apply(principal, task, changes)
    return locked


@transaction.atomic
def place_task(
    principal: Principal,
    task: Task,
    *,
    above: Task | None = None,
    below: Task | None = None,
    last: bool = False,
    changes: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
) -> Task:
    """Return the task at its new place on the board, with `changes` made on the way.

    The place is just above or below another task, or with `last` below all of the workspace.

    Moves in a workspace go one after another, so that two people who move the same card end in one order: the later.
    A neighbour that is no more is forgotten. Raises ValidationError({field: text}), and VersionConflict when
    `expected_version` is not the present one.
    """
    Workspace.objects.select_for_update(no_key=True).get(pk=principal.workspace.pk)
    locked = _held([task])[0]
    expect_version(locked.version, expected_version)
    beside = {"above": _neighbour(above, locked), "below": _neighbour(below, locked)}
    rank = last_rank(principal.workspace.pk) if last else locked.rank
    if not last and any(beside.values()):
        rank = rank_beside(principal.workspace.pk, moved=locked.pk, **beside)
    return _settle(principal, locked, rank, changes or {})


@transaction.atomic
def put_task_back(
    principal: Principal, task: Task, changes: Mapping[str, Any], *, ranks: tuple[str, str], expected_version: int
) -> Task:
    """Return the task at the rank and with the fields that it had before a move; `ranks` are those before and after.

    Raises ValidationError({field: text}), and VersionConflict where it was changed or moved since.
    """
    Workspace.objects.select_for_update(no_key=True).get(pk=principal.workspace.pk)
    locked = _held([task])[0]
    expect_version(locked.version, expected_version)
    before, after = ranks
    if locked.rank != after:
        raise VersionConflict(locked.version)
    return _settle(principal, locked, before, changes)


@transaction.atomic
def delete_task(principal: Principal, task: Task) -> Task:
    """Put a task away; it can be restored. Raises ValidationError for a mirrored one."""
    locked = _held([task])[0]
    return _set_deleted(principal, locked, "delete")


@transaction.atomic
def restore_task(principal: Principal, task: Task) -> Task:
    """Bring a task back that was put away. Raises ValidationError for a mirrored one."""
    locked = _held([task])[0]
    return _set_deleted(principal, locked, "restore")


def _held(tasks: Iterable[Task]) -> list[Task]:
    """Return the tasks as they are now, held until the end of the transaction. Raises ValidationError."""
    numbers = [each.pk for each in tasks]
    rows = Task.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=numbers).order_by("pk")
    found = list(rows.select_related("initiative__workspace", "sprint", "assignee", "connection"))
    mirrored = next((each for each in found if each.connection is not None), None)
    if mirrored is not None:
        text = f"{mirrored.key} is mirrored from {mirrored.connection} and read-only here: change it there."
        raise ValidationError({"task": text})
    return found


def _settle(principal: Principal, task: Task, rank: str, changes: Mapping[str, Any]) -> Task:
    """Give a held task a rank, and make the changes; a move that changes nothing else is kept in the audit trail."""
    is_moved, version = rank != task.rank, task.version
    if is_moved:
        task.rank = rank
        Task.objects.filter(pk=task.pk).update(rank=rank, updated_at=timezone.now())
    _apply(principal, task, changes)
    if is_moved and task.version == version:
        record_audit(principal, "place", "task", task.key)
    return task


def _apply(principal: Principal, task: Task, changes: Mapping[str, Any]) -> None:
    """Make the changes of a held task."""
    found = checked_fields(task.initiative, task, changes)
    now, actor = timezone.now(), principal.user
    before = _told(task, [name for name in found if name != "blocked_by"])
    changed = set_status(task, found.pop("status", task.status), now, actor)
    changed += set_sprint(task, found.pop("sprint", task.sprint), now, actor)
    blockers = found.pop("blocked_by", None)
    waits_otherwise = blockers is not None and set_blockers(task, blockers)
    for name, value in found.items():
        if getattr(task, name) != value:
            setattr(task, name, value)
            changed.append(name)
    if not changed and not waits_otherwise:
        return
    task.version += 1
    task.save(update_fields=[*changed, "version", "updated_at"])
    after = _told(task, [name for name in before if name in changed])
    if waits_otherwise:
        after["blocked_by"] = [each.key for each in blockers or ()]
    before = {name: value for name, value in before.items() if name in changed}
    record_audit(principal, "edit", "task", task.key, before=before, after=after)
    note_due([task.initiative_id], "task edited")


def _neighbour(other: Task | None, task: Task) -> Task | None:
    """Return another task of the workspace that is still there."""
    if other is None or other.pk == task.pk:
        return None
    ours = Task.objects.filter(initiative__workspace=task.initiative.workspace_id, deleted_at=None)
    return ours.filter(pk=other.pk).first()


def _set_deleted(principal: Principal, task: Task, action: str) -> Task:
    deleted = action == "delete"
    if (task.deleted_at is not None) == deleted:
        return task
    task.deleted_at = timezone.now() if deleted else None
    task.version += 1
    task.save(update_fields=["deleted_at", "version", "updated_at"])
    record_audit(principal, action, "task", task.key, before={"title": task.title})
    note_due([task.initiative_id], f"task {action}d")
    return task


def _told(task: Task, names: Iterable[str]) -> dict[str, Any]:
    """Return fields for the audit trail: sprints by name, tasks by key, estimates as numbers."""
    values = {name: getattr(task, name) for name in names}
    if values.get("sprint") is not None:
        values["sprint"] = values["sprint"].name
    for name in ("run", "dataset"):
        if values.get(name) is not None:
            values[name] = values[name].public_id
    if values.get("estimate") is not None:
        values["estimate"] = float(values["estimate"])
    return json_safe(values)
