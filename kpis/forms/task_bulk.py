"""What many tasks are changed to at once: each field is left as it is, cleared, or set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kpis.forms.tasks import read_member, read_sprint
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member
from projects.models import Priority, Sprint, TaskStatus, TaskType

NOTHING: Final = "-"
AS_IS: Final[tuple[str, Any]] = ("", _("Leave as it is"))


class BulkForm(forms.Form):
    """One change for many tasks."""

    status = forms.ChoiceField(label=_("Status"), required=False, choices=[AS_IS, *TaskStatus.choices])
    sprint = forms.ChoiceField(label=_("Sprint"), required=False)
    type = forms.ChoiceField(
        label=_("Type"), required=False, choices=[AS_IS, (NOTHING, _("No type")), *TaskType.choices]
    )
    priority = forms.ChoiceField(
        label=_("Priority"), required=False, choices=[AS_IS, *((str(value), word) for value, word in Priority.choices)]
    )
    assignee = forms.ChoiceField(label=_("Assignee"), required=False)

    def __init__(
        self,
        principal: Principal,
        sprints: list[Sprint],
        members: list[Member],
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, auto_id="bulk_%s")
        self.principal = principal
        named = [(each.public_id, each.name) for each in sprints]
        people = [(each.user.email, str(each.user)) for each in members]
        self._offer("sprint", [AS_IS, (NOTHING, _("Backlog")), *named])
        self._offer("assignee", [AS_IS, (NOTHING, _("Nobody")), *people])

    def _offer(self, name: str, choices: list[tuple[str, str | Promise]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a form that changes nothing."""
        values = super().clean() or self.cleaned_data
        if not self.errors and not any(values.values()):
            raise ValidationError(_("Choose what to change."))
        return values

    def changes(self) -> dict[str, Any]:
        """Return the changes as the service takes them. Raises ValidationError."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return {name: READERS[name](self.principal, "" if text == NOTHING else text) for name, text in given.items()}

    def words(self) -> list[tuple[str, str]]:
        """Return each change as its field and the word that is chosen."""
        return [
            (str(field.label), str(dict(field.choices).get(self.cleaned_data[name], "")))  # type: ignore[attr-defined]
            for name, field in self.fields.items()
            if self.cleaned_data.get(name)
        ]


READERS: Final[dict[str, Callable[[Principal, str], Any]]] = {
    "status": lambda principal, text: text,
    "type": lambda principal, text: text,
    "priority": lambda principal, text: int(text),
    "sprint": read_sprint,
    "assignee": read_member,
}
