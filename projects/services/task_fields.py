"""What the fields of a task may hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.core.exceptions import ValidationError

from mltrack.accounts.models import Member, User, Workspace
from projects.access import datasets_of
from projects.models import DatasetVersion, Initiative, Priority, Run, Sprint, Task, TaskBlock, TaskStatus, TaskType
from projects.services.texts import whole_text

LONGEST_TEXT: Final = 20_000
LARGEST_ESTIMATE: Final = Decimal(10_000)
MOST_BLOCKERS: Final = 50
EDITABLE: Final = (
    "title",
    "body",
    "type",
    "status",
    "sprint",
    "assignee",
    "estimate",
    "priority",
    "due_on",
    "check_id",
    "run",
    "dataset",
    "blocked_by",
)


def checked_fields(initiative: Initiative, task: Task | None, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields as they are stored. Raises ValidationError({field: text}); unknown fields are named."""
    errors: dict[str, Any] = {name: "There is no such field." for name in changes if name not in EDITABLE}
    found: dict[str, Any] = {}
    for name, value in changes.items():
        if name in errors:
            continue
        try:
            found[name] = _checked(initiative, task, name, value)
        except ValidationError as error:
            errors[name] = error.messages
    if errors:
        raise ValidationError(errors)
    return found


def _checked(initiative: Initiative, task: Task | None, name: str, value: Any) -> Any:
    if name == "check_id" and task is not None and task.is_from_check and value != task.check_id:
        raise ValidationError("The check that opened a task stays with it.")
    if name in _TEXTS:
        text = _text(value, _TEXTS[name], empty=name != "title")
        return text if name == "body" else text.strip()
    if name in _WORDS:
        return _one_of(value, _WORDS[name], name)
    if name in _PLAIN:
        return _PLAIN[name](value)
    if name in _OF_WORKSPACE:
        return _OF_WORKSPACE[name](initiative.workspace, value)
    if name in _OF_INITIATIVE:
        return _OF_INITIATIVE[name](initiative, value)
    return _blockers(initiative, task, value)


def _text(value: Any, longest: int, *, empty: bool = True) -> str:
    wrong = whole_text(value, longest, empty=empty)
    if wrong:
        raise ValidationError(f"This {wrong}.")
    return str(value)


def _one_of(value: Any, values: Collection[Any], name: str) -> Any:
    if isinstance(value, bool) or value not in values:
        words = ", ".join(str(each) for each in values if each != "")
        raise ValidationError(f"The {name} is one of {words}.")
    return value


def _estimate(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        found = Decimal("NaN")
    if isinstance(value, bool) or not found.is_finite() or not 0 <= found < LARGEST_ESTIMATE:
        raise ValidationError(f"An estimate is a number from 0 to below {LARGEST_ESTIMATE:,}.")
    return found.quantize(Decimal("0.01"))


def _day(value: Any) -> date | None:
    if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
        raise ValidationError("This is a day.")
    return value


def _assignee(workspace: Workspace, value: Any) -> User | None:
    if value is None:
        return None
    if not isinstance(value, User) or not Member.objects.filter(workspace=workspace, user=value).exists():
        raise ValidationError("The assignee must be a member of this workspace.")
    return value


def _sprint(workspace: Workspace, value: Any) -> Sprint | None:
    if value is None:
        return None
    if not isinstance(value, Sprint) or value.workspace_id != workspace.pk:
        raise ValidationError("The sprint must be one of this workspace.")
    if value.connection_id is not None:
        raise ValidationError("This sprint is mirrored from a tracker: plan it there.")
    return value


def _run(initiative: Initiative, value: Any) -> Run | None:
    if value is None:
        return None
    if not isinstance(value, Run) or not value.links.filter(initiative=initiative).exists():
        raise ValidationError("The run must be one of this initiative.")
    return value


def _dataset(initiative: Initiative, value: Any) -> DatasetVersion | None:
    if value is None:
        return None
    if not isinstance(value, DatasetVersion) or not datasets_of(initiative).filter(pk=value.pk).exists():
        raise ValidationError("The dataset version must be one of this initiative.")
    return value


def _blockers(initiative: Initiative, task: Task | None, value: Any) -> list[Task]:
    """Return the tasks that block this one: of the workspace, not itself, and none that it blocks in turn."""
    if not isinstance(value, list) or len(value) > MOST_BLOCKERS or not all(isinstance(each, Task) for each in value):
        raise ValidationError(f"A task is blocked by at most {MOST_BLOCKERS} tasks.")
    if any(each.initiative.workspace_id != initiative.workspace_id for each in value):
        raise ValidationError("A task is blocked by tasks of its workspace.")
    if task is not None and task.pk in _upstream({each.pk for each in value}):
        raise ValidationError("A task cannot wait for itself, not even by way of others.")
    return value


def _upstream(numbers: set[int]) -> set[int]:
    """Return these tasks and all that they wait for."""
    known, news = set(numbers), numbers
    while news:
        news = set(TaskBlock.objects.filter(task__in=news).values_list("blocker_id", flat=True)) - known
        known |= news
    return known


_TEXTS: Final = {"title": 250, "body": LONGEST_TEXT, "check_id": 100}
_WORDS: Final[Mapping[str, Collection[Any]]] = {
    "type": ("", *TaskType.values),
    "status": TaskStatus.values,
    "priority": Priority.values,
}
_PLAIN: Final[Mapping[str, Callable[[Any], Any]]] = {"estimate": _estimate, "due_on": _day}
_OF_WORKSPACE: Final[Mapping[str, Callable[[Workspace, Any], Any]]] = {"assignee": _assignee, "sprint": _sprint}
_OF_INITIATIVE: Final[Mapping[str, Callable[[Initiative, Any], Any]]] = {"run": _run, "dataset": _dataset}
