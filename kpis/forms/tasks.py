"""The forms of tasks: made with one line, edited field by field where they stand, and many alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kpis.forms.one_field import Field, OneFieldForm
from kpis.selectors.scorecards import policy_of
from mltrack.accounts.access import Principal
from mltrack.accounts.selectors.people import member_by_email, members_of
from mltrack.widgets import Choice, Line, Prose
from projects.access import datasets_of
from projects.models import Priority, Task, TaskStatus, TaskType
from projects.selectors.task_cards import MOST_CHOICES, sprints_to_choose, tasks_by_key
from projects.selectors.task_links import newest_runs, run_with_id, sprint_with_id

Choices = list[tuple[str, Any]]
TYPES: Final[Choices] = [("", _("No type")), *TaskType.choices]
FIELDS: Final = {
    each.name: each
    for each in (
        Field("title", _("Title"), "line"),
        Field("body", _("Description"), "prose", _("What is to be done, and how one sees that it is. Markdown works.")),
        Field("status", _("Status"), "choice"),
        Field("type", _("Type"), "choice"),
        Field("priority", _("Priority"), "choice"),
        Field("assignee", _("Assignee"), "choice"),
        Field("sprint", _("Sprint"), "choice"),
        Field("estimate", _("Estimate"), "line", _("In the unit of your team, days or points.")),
        Field("due_on", _("Due"), "line"),
        Field("check_id", _("About the check"), "choice"),
        Field("run", _("Run"), "choice"),
        Field("dataset", _("Dataset version"), "choice"),
        Field("blocked_by", _("Waits for"), "line", _("Keys of tasks, such as CHURN-7, CHURN-9.")),
    )
}


class TaskForm(forms.Form):
    """A new task: one line is enough."""

    title = forms.CharField(label=_("New task"), max_length=250)


class TaskFieldForm(OneFieldForm):
    """One field of a task."""

    def __init__(self, principal: Principal, task: Task, field: str, data: Mapping[str, Any] | None = None) -> None:
        self.principal, self.task, self._text = principal, task, task_text(task, field)
        super().__init__(task, FIELDS[field], data, f"{task.key}_")

    @property
    def text(self) -> str:
        """The field's text when the form was made."""
        return self._text

    @property
    def words(self) -> str:
        """The field's present text as people read it."""
        return task_words(self.task, self.spec.name) if self.text else ""

    def changes(self) -> dict[str, Any]:
        """Return the change in the words of the service. Raises ValidationError for a text that cannot be read."""
        name, text = self.spec.name, self.cleaned_data["value"]
        reader = READERS.get(name)
        if name == "body":
            return {name: text.replace("\r\n", "\n")}
        return {name: reader(self, text.strip()) if reader else text.strip()}

    def _widget(self) -> forms.Widget:
        if self.spec.kind == "prose":
            return Prose(attrs={"rows": 10})
        if self.spec.name == "due_on":
            return forms.DateInput(attrs={"type": "date"})
        if self.spec.kind == "line":
            lines: dict[str, dict[str, Any]] = {
                "title": {"maxlength": 250},
                "estimate": {"inputmode": "decimal", "size": 6},
            }
            return Line(attrs=lines.get(self.spec.name, {"maxlength": 1000}))
        choices = CHOICES[self.spec.name](self)
        if self.text not in [value for value, _label in choices]:
            choices = [*choices, (self.text, task_words(self.task, self.spec.name))]
        return Choice(choices=choices)


def task_text(task: Task, name: str) -> str:
    """Return a field as the text that people edit: rows by their public names, days in ISO 8601."""
    if name in ("sprint", "run", "dataset"):
        row = getattr(task, name)
        return row.public_id if row else ""
    if name == "assignee":
        return task.assignee.email if task.assignee else ""
    if name == "estimate":
        return "" if task.estimate is None else f"{task.estimate.normalize():f}"
    if name == "due_on":
        return task.due_on.isoformat() if task.due_on else ""
    if name == "blocked_by":
        return ", ".join(each.key for each in task.blocked_by.select_related("initiative").order_by("pk"))
    return str(getattr(task, name))


def task_words(task: Task, name: str) -> str:
    """Return a field as people read it."""
    if name in ("type", "status", "priority"):
        return str(getattr(task, f"get_{name}_display")())
    if name == "run" and task.run:
        return task.run.name or task.run.external_id
    if name == "dataset" and task.dataset:
        return f"{task.dataset.name} {task.dataset.digest[:12]}"
    row = getattr(task, name) if name in ("sprint", "assignee") else None
    return str(row) if row else task_text(task, name)


def _people(form: TaskFieldForm) -> Choices:
    members = members_of(form.principal.workspace)
    return [("", _("Nobody")), *((member.user.email, str(member.user)) for member in members)]


def _sprints(form: TaskFieldForm) -> Choices:
    return [("", _("Backlog")), *((each.public_id, each.name) for each in sprints_to_choose(form.principal.workspace))]


def _checks(form: TaskFieldForm) -> Choices:
    checks = policy_of(form.principal.workspace).checks
    return [("", _("None")), *((each.id, f"{each.section}: {each.title}") for each in checks)]


def _runs(form: TaskFieldForm) -> Choices:
    runs = newest_runs(form.task.initiative)
    return [("", _("None")), *((each.public_id, each.name or each.external_id) for each in runs)]


def _datasets(form: TaskFieldForm) -> Choices:
    versions = datasets_of(form.task.initiative).order_by("-pk")[:MOST_CHOICES]
    return [("", _("None")), *((each.public_id, f"{each.name} {each.digest[:12]}") for each in versions)]


CHOICES: Final[dict[str, Callable[[TaskFieldForm], Choices]]] = {
    "type": lambda form: TYPES,
    "status": lambda form: list(TaskStatus.choices),
    "priority": lambda form: [(str(value), label) for value, label in Priority.choices],
    "assignee": _people,
    "sprint": _sprints,
    "check_id": _checks,
    "run": _runs,
    "dataset": _datasets,
}


def _priority(form: TaskFieldForm, text: str) -> Any:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else text


def _estimate(form: TaskFieldForm, text: str) -> Any:
    return text.replace(",", ".")


def read_day(text: str) -> date | None:
    """Return a day from its text, None for none. Raises ValidationError."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValidationError(_("Write a day like 2027-01-31.")) from error


def _due(form: TaskFieldForm, text: str) -> Any:
    return read_day(text)


def _assignee(form: TaskFieldForm, text: str) -> Any:
    return read_member(form.principal, text)


def read_member(principal: Principal, text: str) -> Any:
    """Return the member's user with this address, None for none. Raises ValidationError."""
    user = member_by_email(principal.workspace, text[:254]) if text else None
    if text and user is None:
        raise ValidationError(_("This is nobody's address in this workspace."))
    return user


def read_sprint(principal: Principal, text: str) -> Any:
    """Return the workspace's sprint with this id, None for none. Raises ValidationError."""
    sprint = sprint_with_id(principal.workspace, text[:24]) if text else None
    if text and sprint is None:
        raise ValidationError(_("There is no such sprint here."))
    return sprint


def _sprint(form: TaskFieldForm, text: str) -> Any:
    return read_sprint(form.principal, text)


def _run(form: TaskFieldForm, text: str) -> Any:
    run = run_with_id(form.task.initiative, text[:24]) if text else None
    if text and run is None:
        raise ValidationError(_("There is no such run in this initiative."))
    return run


def _dataset(form: TaskFieldForm, text: str) -> Any:
    version = datasets_of(form.task.initiative).filter(public_id=text[:24]).first() if text else None
    if text and version is None:
        raise ValidationError(_("There is no such dataset version in this initiative."))
    return version


def _blockers(form: TaskFieldForm, text: str) -> Any:
    keys = list(dict.fromkeys(text.replace(",", " ").upper().split()))
    found = tasks_by_key(form.principal, keys[:MOST_CHOICES]) if keys else []
    missing = sorted(set(keys) - {each.key for each in found})
    if missing:
        raise ValidationError(_("There is no task %(keys)s here.") % {"keys": ", ".join(missing)[:200]})
    return found


READERS: Final[dict[str, Callable[[TaskFieldForm, str], Any]]] = {
    "priority": _priority,
    "estimate": _estimate,
    "due_on": _due,
    "assignee": _assignee,
    "sprint": _sprint,
    "run": _run,
    "dataset": _dataset,
    "blocked_by": _blockers,
}
