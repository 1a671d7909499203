"""The forms of an initiative itself: made with one line, then edited field by field where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kpis.forms.one_field import Field, OneFieldForm
from mltrack.accounts.models import Workspace
from mltrack.accounts.selectors.people import members_of
from mltrack.periods import parse_period, period_words
from mltrack.widgets import Choice, Line, Prose
from projects.models import Initiative
from projects.models.initiatives import Criticality


class CreateForm(forms.Form):
    """A new initiative: a name is enough."""

    name = forms.CharField(label=_("Name"), max_length=160, widget=forms.TextInput(attrs={"autofocus": True}))
    key = forms.CharField(
        label=_("Key"),
        max_length=40,
        required=False,
        help_text=_("Capital letters and digits, such as CHURN. Left empty, it is made of the name."),
    )


FIELDS: Final = {
    each.name: each
    for each in (
        Field("name", _("Name"), "line"),
        Field(
            "problem",
            _("Problem"),
            "prose",
            _("Which decision gets better, for whom, and what it costs today. Two sentences do. Markdown works."),
        ),
        Field("scope_in", _("In scope"), "prose", _("The cases that the model must decide.")),
        Field("scope_out", _("Out of scope"), "prose", _("The cases that stay with people, or with nobody.")),
        Field("owner", _("Owner"), "choice"),
        Field("sponsor", _("Sponsor"), "line", _("Who pays for it.")),
        Field("criticality", _("Criticality"), "choice"),
        Field("target_date", _("Target date"), "line", _("2027-03-31, March 2027, Q1 2027, H1 2027 or 2027.")),
        Field("links", _("Links"), "links", _("One a line: a title, then the address.")),
    )
}


class FieldForm(OneFieldForm):
    """One field of an initiative."""

    def __init__(self, initiative: Initiative, field: str, data: Mapping[str, Any] | None = None) -> None:
        self.initiative = initiative
        super().__init__(initiative, FIELDS[field], data)

    @property
    def text(self) -> str:
        """The field's present text."""
        return text_of(self.initiative, self.spec.name)

    def changes(self) -> dict[str, Any]:
        """Return the change in the words of the service. Raises ValidationError for a text that cannot be read."""
        return READERS.get(self.spec.name, _plain)(
            self.spec.name, self.cleaned_data["value"], self.initiative.workspace
        )

    def _widget(self) -> forms.Widget:
        return _widget(self.initiative, self.spec)


def text_of(initiative: Initiative, field: str) -> str:
    """Return a field as the text that people edit: a person's address, a period in words, links line by line."""
    if field == "owner":
        return initiative.owner.email if initiative.owner else ""
    if field == "target_date":
        return period_words(initiative.target_date, initiative.target_resolution)
    if field == "links":
        return "\n".join(f"{each['title']} {each['url']}".strip() for each in initiative.links)
    return str(getattr(initiative, field))


def _widget(initiative: Initiative, spec: Field) -> forms.Widget:
    if spec.name == "owner":
        people = [(member.user.email, str(member.user)) for member in members_of(initiative.workspace)]
        return Choice(choices=[("", _("Nobody")), *people])
    if spec.name == "criticality":
        return Choice(choices=Criticality.choices)
    if spec.kind in ("prose", "links"):
        return Prose(attrs={"rows": 5})
    return Line(attrs={"maxlength": 160})


def _plain(name: str, text: str, workspace: Workspace) -> dict[str, Any]:
    return {name: text.replace("\r\n", "\n")}


def _owner(name: str, text: str, workspace: Workspace) -> dict[str, Any]:
    if not text:
        return {name: None}
    member = members_of(workspace).filter(user__email=text[:254]).first()
    if member is None:
        raise ValidationError({name: "This is nobody's address in this workspace."})
    return {name: member.user}


def _target_date(name: str, text: str, workspace: Workspace) -> dict[str, Any]:
    if not text.strip():
        return {"target_date": None, "target_resolution": "day"}
    try:
        day, resolution = parse_period(text)
    except ValueError as error:
        raise ValidationError({name: str(error)}) from error
    return {"target_date": day, "target_resolution": resolution}


def _links(name: str, text: str, workspace: Workspace) -> dict[str, Any]:
    pairs = [line.strip().rpartition(" ") for line in text.splitlines() if line.strip()]
    return {name: [{"title": title.strip() or url, "url": url} for title, _, url in pairs]}


READERS: Final[dict[str, Callable[[str, str, Workspace], dict[str, Any]]]] = {
    "owner": _owner,
    "target_date": _target_date,
    "links": _links,
}
