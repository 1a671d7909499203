"""Tasks that people, CI and imports push."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Initiative, Task
from projects.services.outcomes import BatchRejected, Fault, counts
from projects.services.task_input import EDITED, TaskInput, parse_task, refuse_batch
from projects.services.task_names import names_of
from projects.services.task_rows import TaskOutcome, record_tasks
from projects.services.tasks import edit_task


class TaskRejected(Exception):
    """A task was not kept. `faults` say what is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(each.detail for each in faults))
        self.faults = list(faults)


@transaction.atomic
def push_tasks(
    principal: Principal,
    initiative: Initiative,
    items: Sequence[Mapping[str, Any]],
    *,
    atomic: bool = False,
    sent: bytes | None = None,
) -> list[TaskOutcome]:
    """Upsert pushed tasks by key, else by external id, and return one outcome an item, in their order.

    `items` is parsed JSON; see `task_input.parse_task` for what is refused, and `record_tasks` for what is kept. The
    audit event keeps a digest of the bytes that were `sent`, without them of the items. Raises ValidationError for a
    batch that is too large, and BatchRejected when `atomic` and an item is rejected.
    """
    wrong = refuse_batch(items)
    if wrong:
        raise ValidationError({"tasks": wrong})
    parsed = [parse_task(initiative, item) for item in items]
    stored = iter(record_tasks(initiative, [each for each, _ in parsed if each is not None], actor=principal.user))
    outcomes = [
        next(stored) if each is not None else TaskOutcome(_id_of(item), "rejected", faults)
        for item, (each, faults) in zip(items, parsed, strict=True)
    ]
    if atomic and any(each.state == "rejected" for each in outcomes):
        raise BatchRejected(outcomes)
    summary = counts(outcomes)
    if not set(summary) <= {"unchanged", "rejected"}:
        digest = hashlib.sha256(json.dumps(items, sort_keys=True).encode() if sent is None else sent).hexdigest()
        record_audit(principal, "push", "tasks", initiative.key, after={**summary, "sha256": digest})
    return outcomes


@transaction.atomic
def push_task(principal: Principal, initiative: Initiative, item: Any) -> TaskOutcome:
    """Upsert one task as `push_tasks` does, with an audit event that names it. Raises TaskRejected."""
    given, faults = parse_task(initiative, item)
    if given is None:
        raise TaskRejected(faults)
    (outcome,) = record_tasks(initiative, [given], actor=principal.user)
    if outcome.state == "rejected":
        raise TaskRejected(outcome.errors)
    if outcome.state != "unchanged":
        action = "create" if outcome.state == "created" else "edit"
        record_audit(principal, action, "task", outcome.key, after=dict(item))
    return outcome


@transaction.atomic
def patch_task(principal: Principal, task: Task, item: Any) -> Task:
    """Return a task edited by parsed JSON, whose words are looked up here. Raises TaskRejected."""
    given, faults = parse_task(task.initiative, item, EDITED)
    if given is None:
        raise TaskRejected(faults)
    try:
        return edit_task(principal, task, _changes(task.initiative, given))
    except ValidationError as error:
        raise TaskRejected(_told(error)) from error


def _told(error: ValidationError) -> list[Fault]:
    """Return what a service refuses, under the names that people sent."""
    return [
        Fault(f"/{name.removesuffix('_id')}", "invalid", " ".join(texts)) for name, texts in error.message_dict.items()
    ]


def _changes(initiative: Initiative, given: TaskInput) -> dict[str, Any]:
    names = names_of(initiative, [given])
    values, faults = names.resolved(given)
    if given.blocked_by is not None:
        unknown = [place for place, word in enumerate(given.blocked_by) if word not in names.tasks]
        faults += [Fault(f"/blocked_by/{place}", "invalid", "There is no such task here.") for place in unknown]
    if faults:
        raise TaskRejected(faults)
    blockers = {} if given.blocked_by is None else {"blocked_by": [names.tasks[word] for word in given.blocked_by]}
    return {**given.fields, **values, **blockers}


def _id_of(item: Any) -> str:
    found = item.get("external_id") if isinstance(item, Mapping) else None
    return found[:250] if isinstance(found, str) else ""
