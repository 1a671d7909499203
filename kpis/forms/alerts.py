"""What is watched of a KPI, and what is done with a notice."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.forms.kpis import Number
from kpis.models.alerts import AlertKind, AlertSide

NAPS = [("hours", _("For four hours")), ("day", _("Until tomorrow")), ("week", _("For a week"))]


class AlertForm(forms.Form):
    """A new alert. Side, value and margin are those of a threshold."""

    kind = forms.ChoiceField(label=_("What is watched"), choices=AlertKind.choices)
    side = forms.ChoiceField(label=_("It opens"), choices=[("", _("–")), *AlertSide.choices], required=False)
    value = Number(label=_("Threshold"), required=False, help_text=_("In the KPI's unit; only for a threshold."))
    margin = Number(
        label=_("Closes when it is back by"),
        required=False,
        help_text=_("Left empty: as soon as it is back. A margin keeps it from opening again and again."),
    )

    def given(self) -> dict[str, Any]:
        """Return the alert in the words of the service."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class SnoozeForm(forms.Form):
    """How long a notice stays out of the inbox."""

    nap = forms.ChoiceField(label=_("Snooze"), choices=NAPS)
