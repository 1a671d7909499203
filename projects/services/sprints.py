"""Sprints of a workspace: made, edited, rolled over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import MoveKind, Sprint, Task, TaskStatus
from projects.progress.delivery.sprint_days import wrong_days
from projects.services.due import note_due
from projects.services.task_writing import set_sprint
from projects.services.texts import json_safe, whole_text
from projects.services.versions import expect_version

EDITABLE: Final = ("name", "goal", "starts_on", "ends_on")
_LONGEST: Final = {"name": 120, "goal": 2_000}
OPEN: Final = (TaskStatus.TODO, TaskStatus.DOING)


@dataclass(frozen=True, slots=True)
class RolledOver:
    """What a roll-over did: the closed sprint, where its open tasks went (None is the backlog), and which went."""

    sprint: Sprint
    into: Sprint | None
    tasks: tuple[Task, ...]


@transaction.atomic
def create_sprint(principal: Principal, *, name: str, starts_on: date, ends_on: date, goal: str = "") -> Sprint:
    """Return a new sprint of the workspace; days are inclusive. Raises ValidationError({field: text})."""
    values = {"name": name, "goal": goal, "starts_on": starts_on, "ends_on": ends_on}
    sprint = Sprint(workspace=principal.workspace)
    _assign(sprint, values)
    _save(sprint)
    record_audit(principal, "create", "sprint", sprint.name, after=json_safe(values))
    return sprint


@transaction.atomic
def edit_sprint(
    principal: Principal, sprint: Sprint, changes: Mapping[str, Any], *, expected_version: int | None = None
) -> Sprint:
    """Return the edited sprint; what does not change is not written.

    Raises ValidationError({field: text}), also for a mirrored or closed one, and VersionConflict when
    `expected_version` is not the present one.
    """
    locked = _held(sprint)
    expect_version(locked.version, expected_version)
    if locked.closed_at is not None:
        raise ValidationError({"sprint": f"{locked.name} is closed: what happened in it stays as it is."})
    before = {name: getattr(locked, name) for name in changes if name in EDITABLE}
    _assign(locked, changes)
    changed = [name for name, value in before.items() if getattr(locked, name) != value]
    if not changed:
        return locked
    locked.version += 1
    _save(locked)
    record_audit(
        principal,
        "edit",
        "sprint",
        locked.name,
        before=json_safe({name: before[name] for name in changed}),
        after=json_safe({name: getattr(locked, name) for name in changed}),
    )
    return locked


@transaction.atomic
def delete_sprint(principal: Principal, sprint: Sprint) -> None:
    """Delete a sprint that no task is or was in. Raises ValidationError for one with a history."""
    locked = _held(sprint)
    if locked.tasks.exists() or locked.moves_in.exists():
        raise ValidationError({"sprint": f"{locked.name} has tasks or had some: roll it over instead."})
    record_audit(principal, "delete", "sprint", locked.name)
    locked.delete()


@transaction.atomic
def roll_over(principal: Principal, sprint: Sprint, into: Sprint | None) -> RolledOver:
    """Close a sprint and take its open tasks into another one, or into the backlog; return what went.

    A sprint that is closed already stays as it is, so rolling over twice moves each task once. Mirrored tasks stay:
    their tracker says where they belong. Raises ValidationError({field: text}).
    """
    both = [sprint.pk, *([into.pk] if into else [])]
    rows = Sprint.objects.select_related("workspace").select_for_update(of=("self",), no_key=True)
    held = {each.pk: each for each in rows.filter(pk__in=both).order_by("pk")}
    locked, target = held[sprint.pk], held.get(into.pk) if into else None
    _must_be_ours(locked)
    if locked.closed_at is not None:
        return RolledOver(locked, target, ())
    if target is not None and (target.pk == locked.pk or target.workspace_id != locked.workspace_id):
        raise ValidationError({"into": "Open tasks go into another sprint of this workspace."})
    if target is not None and (target.closed_at is not None or target.connection_id is not None):
        raise ValidationError({"into": f"{target.name} takes no tasks any more."})
    now = timezone.now()
    tasks = _carry(principal, locked, target, now)
    locked.closed_at, locked.version = now, locked.version + 1
    locked.save(update_fields=["closed_at", "version"])
    after = {"into": target.name if target else None, "tasks": [each.key for each in tasks]}
    record_audit(principal, "roll over", "sprint", locked.name, after=after)
    note_due({each.initiative_id for each in tasks}, "sprint rolled over")
    return RolledOver(locked, target, tuple(tasks))


def _carry(principal: Principal, sprint: Sprint, target: Sprint | None, now: datetime) -> list[Task]:
    rows = Task.objects.select_for_update(of=("self",), no_key=True).select_related("initiative")
    tasks = list(rows.filter(sprint=sprint, status__in=OPEN, connection=None, deleted_at=None).order_by("pk"))
    for task in tasks:
        set_sprint(task, target, now, principal.user, MoveKind.ROLLED_OVER)
        task.version += 1
        task.save(update_fields=["sprint", "version", "updated_at"])
    return tasks


def _held(sprint: Sprint) -> Sprint:
    rows = Sprint.objects.select_related("workspace").select_for_update(of=("self",), no_key=True)
    locked = rows.get(pk=sprint.pk)
    _must_be_ours(locked)
    return locked


def _must_be_ours(sprint: Sprint) -> None:
    if sprint.connection_id is not None:
        raise ValidationError({"sprint": f"{sprint.name} is mirrored from a tracker and read-only here."})


def _assign(sprint: Sprint, changes: Mapping[str, Any]) -> None:
    errors = {name: "There is no such field." for name in changes if name not in EDITABLE}
    for name, value in changes.items():
        if name in _LONGEST:
            wrong = whole_text(value, _LONGEST[name], empty=name != "name")
            if wrong:
                errors[name] = f"This {wrong}."
        elif name in EDITABLE and (not isinstance(value, date) or isinstance(value, datetime)):
            errors[name] = "This is a day."
        if name not in errors:
            setattr(sprint, name, value.strip() if name in _LONGEST else value)
    wrong = "" if errors else wrong_days(sprint.starts_on, sprint.ends_on)
    if wrong:
        errors["ends_on"] = wrong
    if errors:
        raise ValidationError(errors)


def _save(sprint: Sprint) -> None:
    try:
        with transaction.atomic():
            sprint.save()
    except IntegrityError as error:
        raise ValidationError({"name": f"There is a sprint called {sprint.name} already."}) from error
