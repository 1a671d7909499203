"""What an initiative is expected to move."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kpis.forms.kpis import Day, Number
from kpis.models import Contribution
from kpis.models.kpis import Direction

ONE_WAY = [(each.value, each.label) for each in (Direction.HIGHER, Direction.LOWER)]
# No KPI's key looks so.
NEW = "*new"
NEW_FIELDS = ("name", "unit", "direction", "baseline", "target")


class MovementForm(forms.Form):
    """The tie of an initiative to a KPI: how much, by when, computed how, on which evidence."""

    expected = Number(
        label=_("Expected movement"), required=False, help_text=_("In the KPI's unit; −2 takes two away from it.")
    )
    by = Day(label=_("By"), required=False)
    grade = forms.ChoiceField(label=_("Evidence"), choices=Contribution.Grade.choices, initial=Contribution.Grade.CLAIM)
    how = forms.CharField(
        label=_("How it is computed"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Which cases, times what each is worth."),
    )

    def movement(self) -> dict[str, Any]:
        """Return the tie in the words of the service."""
        return {name: self.cleaned_data[name] for name in ("expected", "by", "grade", "how")}


class TieForm(MovementForm):
    """A KPI to tie: one of the workspace, or a new one by its name."""

    kpi = forms.ChoiceField(label=_("KPI"))
    name = forms.CharField(label=_("Name of a new KPI"), required=False, max_length=160)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=40)
    direction = forms.ChoiceField(label=_("Which way is better"), required=False, choices=ONE_WAY)
    baseline = Number(label=_("Baseline"), required=False)
    target = Number(label=_("Target"), required=False)

    def __init__(self, data: Any = None, *, kpis: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        there = list(kpis)
        choices = [*([("", _("Choose a KPI"))] if there else []), *there, (NEW, _("A new KPI, named below"))]
        self.fields["kpi"] = forms.ChoiceField(label=_("KPI"), choices=choices)
        self.order_fields(["kpi", *NEW_FIELDS])

    def clean(self) -> dict[str, Any]:
        """Ask for one KPI, not none and not two."""
        values = super().clean() or self.cleaned_data
        chosen = values.get("kpi")
        if chosen == NEW and not values.get("name"):
            self.add_error("name", ValidationError(_("A new KPI needs a name.")))
        if chosen and chosen != NEW and values.get("name"):
            self.add_error("name", ValidationError(_("Leave this empty to tie a KPI that is there.")))
        return values

    def chosen(self) -> str:
        """Return the key of the KPI to tie, empty for a new one."""
        key: str = self.cleaned_data["kpi"]
        return "" if key == NEW else key

    def new_kpi(self) -> dict[str, Any]:
        """Return the new KPI in the words of the service."""
        return {name: self.cleaned_data[name] for name in NEW_FIELDS if self.cleaned_data[name] not in (None, "")}
