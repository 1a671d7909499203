"""A KPI: made with a name and what it should do, then edited field by field where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kpis.forms.one_field import LONGEST, Field, OneFieldForm
from kpis.models import KPI
from kpis.models.kpis import Aggregation, Direction, Period
from mltrack.accounts.models import Workspace
from mltrack.accounts.selectors.people import members_of


class Number(forms.FloatField):
    """A number in the KPI's own unit, typed as text, so that no browser rounds or steps it."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def prepare_value(self, value: Any) -> Any:
        """Show 15.0 as 15."""
        return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


class Day(forms.DateField):
    """A date, chosen from a calendar."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def people_of(workspace: Workspace) -> list[tuple[str, str]]:
    """Return the members to choose an owner from."""
    people = [(member.user.email, str(member.user)) for member in members_of(workspace)]
    return [("", str(_("Nobody yet"))), *people]


class KpiForm(forms.Form):
    """A new KPI: a name is enough; the goal can be set later."""

    name = forms.CharField(
        label=_("Name"),
        max_length=160,
        widget=forms.TextInput(attrs={"autofocus": True, "placeholder": _("Churn rate, handling time, …")}),
    )
    unit = forms.CharField(label=_("Unit"), max_length=40, required=False, help_text=_("Such as %, days, € or cases."))
    direction = forms.ChoiceField(label=_("Which way is better"), choices=Direction.choices)
    owner = forms.CharField(label=_("Owner"), required=False, max_length=254, help_text=_("Who answers for it."))
    baseline = Number(label=_("Baseline"), required=False, help_text=_("Where it stood before anything was done."))
    target = Number(label=_("Target"), required=False)
    low = Number(label=_("From"), required=False, help_text=_("Only for a range."))
    high = Number(label=_("To"), required=False, help_text=_("Only for a range."))
    due = Day(label=_("Due"), required=False)
    period = forms.ChoiceField(label=_("One value a"), choices=Period.choices, initial=Period.WEEK)
    aggregation = forms.ChoiceField(
        label=_("Of several readings take the"), choices=Aggregation.choices, initial=Aggregation.LAST
    )
    zone = forms.CharField(
        label=_("Time zone"), max_length=64, initial="UTC", help_text=_("Where its days begin: Europe/Berlin.")
    )
    start = Day(label=_("Counted from"), required=False, help_text=_("Left empty: today."))
    key = forms.CharField(
        label=_("Key"), max_length=60, required=False, help_text=_("For URLs and the API. Left empty: from the name.")
    )
    description = forms.CharField(
        label=_("How it is measured"), required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any = None, *, workspace: Workspace, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["owner"].widget = forms.Select(choices=people_of(workspace))


FIELDS: Final = {
    each.name: each
    for each in (
        Field("name", _("Name"), "line"),
        Field("description", _("How it is measured"), "prose", _("What counts, and where it comes from.")),
        Field("owner", _("Owner"), "choice"),
        Field("unit", _("Unit"), "line", _("Such as %, days, € or cases.")),
        Field("direction", _("Which way is better"), "choice"),
        Field("period", _("One value a"), "choice"),
        Field("aggregation", _("Of several readings take the"), "choice"),
        Field("zone", _("Time zone"), "line", _("Where its days begin: Europe/Berlin.")),
    )
}
CHOICES: Final = {
    "direction": Direction.choices,
    "period": Period.choices,
    "aggregation": Aggregation.choices,
}


@dataclass(frozen=True, slots=True)
class KpiText:
    """A field of a KPI as it is read, without the form that changes it."""

    kpi: KPI
    spec: Field

    @property
    def text(self) -> str:
        """The present text."""
        return text_of(self.kpi, self.spec.name)

    @property
    def shown(self) -> str:
        """The present value as people read it."""
        return shown_of(self.kpi, self.spec.name)


class KpiFieldForm(OneFieldForm):
    """One field of a KPI."""

    def __init__(self, kpi: KPI, field: str, data: Mapping[str, Any] | None = None) -> None:
        self.kpi = kpi
        super().__init__(kpi, FIELDS[field], data)

    @property
    def text(self) -> str:
        """The field's present text."""
        return text_of(self.kpi, self.spec.name)

    @property
    def shown(self) -> str:
        """The present value as people read it."""
        return shown_of(self.kpi, self.spec.name)

    def changes(self) -> dict[str, Any]:
        """Return the change in the words of the service."""
        text = self.cleaned_data["value"].replace("\r\n", "\n")
        return {self.spec.name: (text or None) if self.spec.name == "owner" else text}

    def _widget(self) -> forms.Widget:
        return _widget(self.kpi, self.spec)


def text_of(kpi: KPI, field: str) -> str:
    """Return a field as the text that people edit; an owner is an address."""
    if field == "owner":
        return kpi.owner.email if kpi.owner else ""
    return str(getattr(kpi, field))


def shown_of(kpi: KPI, field: str) -> str:
    """Return a field as people read it: the words of a choice, the name of an owner."""
    text = text_of(kpi, field)
    if field == "owner":
        return str(kpi.owner or "")
    return str(dict(CHOICES.get(field, ())).get(text, text))


def _widget(kpi: KPI, spec: Field) -> forms.Widget:
    if spec.name == "owner":
        return forms.Select(choices=people_of(kpi.workspace))
    if spec.name in CHOICES:
        return forms.Select(choices=CHOICES[spec.name])
    if spec.kind == "prose":
        return forms.Textarea(attrs={"rows": 4})
    return forms.TextInput(attrs={"maxlength": 160})


class GoalForm(forms.Form):
    """A new version of a KPI's goal; `was` is the number of the version that the page showed."""

    was = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    baseline = Number(label=_("Baseline"), required=False, help_text=_("Where it stood before anything was done."))
    target = Number(label=_("Target"), required=False)
    low = Number(label=_("From"), required=False)
    high = Number(label=_("To"), required=False)
    start = Day(label=_("Counted from"), required=False)
    due = Day(label=_("Due"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed to ask for less than before once there are readings; an approver then decides."),
    )

    def __init__(self, data: Any = None, *, kpi: KPI, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        unused = ("target",) if kpi.direction == Direction.RANGE else ("low", "high")
        for name in unused:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Name the start where a due date stands alone: a pace needs both."""
        values = super().clean() or self.cleaned_data
        if values.get("due") and not values.get("start") and "start" not in self.errors:
            self.add_error("start", ValidationError(_("A due date needs the day it is counted from.")))
        return values

    def changes(self) -> dict[str, Any]:
        """Return the goal's fields."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("was", "reason")}
