"""What a reader asks of an evaluation's page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import DatasetVersion
from projects.models.evaluations import Purpose


class ThresholdForm(forms.Form):
    """The confidence from which the model decides alone; empty for the operating point."""

    threshold = forms.FloatField(label=_("Threshold"), required=False, min_value=0.0, max_value=1.0)

    def asked(self) -> float | None:
        """Return the threshold that is asked for, None where there is none that can be used."""
        return self.cleaned_data.get("threshold") if self.is_valid() else None


def asked_threshold(params: Any) -> tuple[float | None, str]:
    """Return the threshold of a query string, and in words what is wrong with it."""
    form = ThresholdForm(params)
    value = form.asked()
    return value, " ".join(str(each) for each in form.errors.get("threshold", []))


class EvaluationFilter(forms.Form):
    """Which evaluations of the list are shown."""

    purpose = forms.ChoiceField(label=_("Purpose"), required=False)
    dataset = forms.ChoiceField(label=_("Test set"), required=False)

    def __init__(self, data: Any, *, datasets: Iterable[DatasetVersion]) -> None:
        super().__init__(data)
        self.fields["purpose"] = forms.ChoiceField(
            label=_("Purpose"), required=False, choices=[("", _("Every purpose")), *Purpose.choices]
        )
        known = [(each.public_id, f"{each.name}@{each.digest[:12]}") for each in datasets]
        self.fields["dataset"] = forms.ChoiceField(
            label=_("Test set"), required=False, choices=[("", _("Every test set")), *known]
        )

    def asked(self) -> dict[str, str]:
        """Return purpose and dataset, "" for what is not asked for or not known."""
        known = self.cleaned_data if self.is_valid() or self.cleaned_data else {}
        return {name: known.get(name, "") for name in ("purpose", "dataset")}


class StopRuleForm(forms.Form):
    """When to stop trying."""

    metric = forms.CharField(
        label=_("Metric"),
        max_length=300,
        required=False,
        initial="accuracy",
        help_text=_("Which way is better follows from a target on it, else from its name."),
    )
    gain = forms.FloatField(
        label=_("No gain over"),
        min_value=0,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=_("In the metric's unit: 0.005 is half a point of accuracy."),
    )
    attempts = forms.IntegerField(label=_("In so many attempts"), min_value=1, max_value=1000)
