"""A failing check as a task: opened by a person, closed when the check passes, opened again when it fails again."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify

from kpis.scoring.results import CheckResult, Readiness
from kpis.scoring.scorecard import Check
from kpis.selectors.check_tasks import CheckTask, check_tasks, task_of_check
from kpis.selectors.paths import initiative_path
from kpis.selectors.scorecards import policy_of
from kpis.selectors.snapshots import latest_snapshot
from mltrack.accounts.access import Principal
from projects.models import Connection, Initiative, Sprint, Task, TaskStatus, TaskType
from projects.services.sent_tasks import reopen_there, send_task, want_open
from projects.services.task_turns import turn_check_tasks
from projects.services.tasks import create_task, edit_task, restore_task

PASSED: Final = ("pass", "not_applicable")
TYPES: Final[Mapping[str, str]] = {
    "value": TaskType.FRAMING,
    "data": TaskType.DATA,
    "labels": TaskType.LABELING,
    "model": TaskType.TRAINING,
    "fairness": TaskType.EVALUATION,
    "delivery": TaskType.DEPLOYMENT,
    "operations": TaskType.MONITORING,
}


@transaction.atomic
def open_check_task(
    principal: Principal,
    initiative: Initiative,
    check_id: str,
    *,
    estimate: float | Decimal | None = None,
    sprint: Sprint | None = None,
    tracker: Connection | None = None,
) -> tuple[Task, bool]:
    """Return the one task of a check that does not pass, open, and whether it is new.

    With `tracker` it is opened in that tracker within moments, and mirrored from then on.

    A check has one such task: it is opened again when it was done, cancelled or put away. What is not given of estimate
    and sprint stays. Raises ValidationError({field: text}) for a check that passes or that the scorecard does not have.
    """
    Initiative.objects.select_for_update(of=("self",), no_key=True).get(pk=initiative.pk)
    asked, judged = _judged(initiative, check_id)
    given: dict[str, Any] = {"estimate": estimate, "sprint": sprint}
    given = {name: value for name, value in given.items() if value is not None}
    found = task_of_check(initiative, check_id)
    back = f"{initiative_path(initiative.workspace, initiative.key)}#check-{slugify(check_id)}"
    if found is not None and found.is_mirrored:
        found = reopen_there(principal, found)
    if found is not None and found.is_mirrored:
        return found, False
    if found is not None:
        send_task(principal, found, tracker, back)
        return _reopened(principal, found, given), False
    values = {"check_id": check_id, "body": body_of(asked, judged), "type": TYPES.get(asked.section, ""), **given}
    task = create_task(principal, initiative, title=asked.title[:250], is_from_check=True, **values)
    send_task(principal, task, tracker, back)
    return task, True


def keep_check_tasks(initiative: Initiative, readiness: Readiness, previous: Mapping[str, Any] | None) -> list[Task]:
    """Close the tasks of checks that pass, open those of checks that fail again, and return those that changed.

    `previous` is the document of the judgement before. A check that does not apply passes; a waived one leaves its task
    as it is. A task that a person cancelled or put away stays so, and one that a person did stays done until the check
    has passed and fails again. Those in a tracker stay as it has them: it is told, where it may be. The caller holds
    the initiative's row.
    """
    tasks = check_tasks(initiative)
    if not tasks:
        return []
    results = {each.check.id: each for each in readiness.checks}
    passed = _passed_in(previous)
    there = {each.id: results.get(each.check) for each in tasks if each.is_mirrored}
    if there:
        waived = {number for number, result in there.items() if result is not None and result.result == "waived"}
        want_open({number: not _passes(result) for number, result in there.items() if number not in waived})
    ours = [each for each in tasks if not each.is_mirrored]
    wanted = {each.id: _wanted(each, results.get(each.check), each.check in passed) for each in ours}
    changed = {each.id: wanted[each.id] for each in ours if wanted[each.id] != each.status}
    return turn_check_tasks(initiative.workspace, changed, readiness.as_of) if changed else []


def body_of(asked: Check, judged: Mapping[str, Any] | None) -> str:
    """Return what a task says: what would make the check pass, and why it does not."""
    wants = (judged or {}).get("what_would_pass") or asked.how_to_pass
    parts = [asked.how_to_pass] if wants == asked.how_to_pass else [wants, asked.how_to_pass]
    reason = (judged or {}).get("reason")
    parts += [f"Now: {reason}."] if reason else []
    return "\n\n".join([*parts, f"This task was opened by the check `{asked.id}`, and is done when it passes."])


def _judged(initiative: Initiative, check_id: str) -> tuple[Check, dict[str, Any] | None]:
    asked = policy_of(initiative.workspace).check(check_id)
    if asked is None:
        raise ValidationError({"check": "The scorecard has no such check."})
    latest = latest_snapshot(initiative)
    checks = [check for section in latest.document["sections"] for check in section["checks"]] if latest else []
    judged = next((check for check in checks if check["id"] == check_id), None)
    if asked.required[initiative.criticality] == "off":  # type: ignore[index]
        raise ValidationError({"check": f"At {initiative.criticality} this check is not asked."})
    if judged is not None and judged["result"] in PASSED:
        raise ValidationError({"check": "This check passes: there is nothing to do."})
    return asked, judged


def _reopened(principal: Principal, task: Task, given: Mapping[str, Any]) -> Task:
    if task.deleted_at is not None:
        task = restore_task(principal, task)
    status = {} if task.is_open else {"status": TaskStatus.TODO}
    return edit_task(principal, task, {**given, **status}) if given or status else task


def _wanted(task: CheckTask, result: CheckResult | None, passed_before: bool) -> str:
    """Return the status that a check wants its task to have."""
    if result is None or _passes(result):
        return TaskStatus.DONE
    is_back = task.status == TaskStatus.DONE and (task.closed_by_check or passed_before)
    return TaskStatus.TODO if is_back and result.result != "waived" else task.status


def _passes(result: CheckResult | None) -> bool:
    """Say whether nothing is left to do; a check that is not asked any more passes."""
    return result is None or result.result in PASSED


def _passed_in(document: Mapping[str, Any] | None) -> set[str]:
    """Return the checks that passed in an earlier judgement."""
    sections = document["sections"] if document else []
    return {check["id"] for section in sections for check in section["checks"] if check["result"] in PASSED}
