"""What a decision is worth to a KPI."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as now_in
from django.utils.translation import gettext_lazy as _

from kpis.forms.kpis import Number
from kpis.models import Bridge
from kpis.scoring.evaluations.formula import LONGEST


class BridgeForm(forms.Form):
    """Cases per period, the value of a right decision, the cost of a wrong one; or a formula over them."""

    volume = Number(label=_("Cases in scope per period"), required=True)
    value_per_correct = Number(label=_("Value of a right decision"), required=True, help_text=_("In the KPI's unit."))
    cost_per_error = Number(label=_("Cost of an error"), required=True, help_text=_("In the KPI's unit."))
    formula = forms.CharField(
        label=_("Formula of your own"),
        required=False,
        max_length=LONGEST,
        help_text=_(
            "Over coverage, accuracy, error_rate, volume, value_per_correct, cost_per_error, decided, errors, left and "
            "the names below, with + - * / **, min and max. Empty: volume * coverage * (accuracy * value_per_correct - "
            "error_rate * cost_per_error)."
        ),
    )
    inputs = forms.CharField(
        label=_("Further numbers"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line, such as hours_saved = 0.2."),
    )

    def clean_inputs(self) -> dict[str, float]:
        """Return the named numbers of the lines."""
        found = {}
        for line in filter(None, map(str.strip, self.cleaned_data["inputs"].splitlines())):
            name, _equals, value = (part.strip() for part in line.partition("="))
            try:
                found[name] = float(value)
            except ValueError:
                raise ValidationError(
                    now_in("“%(line)s” is not of the form name = number.") % {"line": line[:80]}
                ) from None
        return found


def initial_of(bridge: Bridge | None) -> dict[str, Any]:
    """Return a bridge as its form shows it."""
    if bridge is None:
        return {}
    names = ("volume", "value_per_correct", "cost_per_error", "formula")
    lines = "\n".join(f"{name} = {value!r}" for name, value in bridge.inputs.items())
    return {**{name: getattr(bridge, name) for name in names}, "inputs": lines}
