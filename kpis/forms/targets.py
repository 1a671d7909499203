"""What metrics must reach, and which runs are asked."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kpis.models import Target
from kpis.models.targets import Comparator
from kpis.selectors.facts import TARGET_FIELDS
from projects.models.initiatives import CandidateRule


class NumberField(forms.FloatField):
    """A number; "90 %" is read as 0.9."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> float | None:  # type: ignore[override]
        """Return the number, None for an empty text. Raises ValidationError."""
        text = str(value or "").strip()
        found = super().to_python(text.removesuffix("%").strip())
        if found is not None and not math.isfinite(found):
            raise ValidationError(_("This must be a finite number."))
        return round(found / 100, 12) if found is not None and text.endswith("%") else found


class TargetForm(forms.Form):
    """A target, or a new version of one."""

    metric = forms.CharField(
        label=_("Metric"),
        max_length=300,
        widget=forms.TextInput(attrs={"list": "metric-names", "placeholder": "accuracy"}),
    )
    comparator = forms.ChoiceField(label=_("Must be"), choices=Comparator.choices)
    value = NumberField(label=_("Value"), help_text=_("90 % and 0.9 are the same."))
    high = NumberField(label=_("Upper end"), required=False, help_text=_("Only for “between”."))
    slice = forms.CharField(
        label=_("Slice"), required=False, max_length=200, help_text=_("Such as region=EU, or region=* for each.")
    )
    minimum_n = forms.IntegerField(label=_("Least number of cases"), required=False, min_value=1)
    confidence = NumberField(
        label=_("Confidence"), required=False, help_text=_("95 % where left empty. The bound must reach the value.")
    )
    threshold = NumberField(
        label=_("Confidence threshold"),
        required=False,
        help_text=_("Of evaluations, declared before them; where left empty it is chosen with a guarantee."),
    )
    grid_step = NumberField(label=_("Steps of the threshold"), required=False, help_text=_("0.01 where left empty."))
    dataset_digest = forms.CharField(
        label=_("Only on data with the digest"),
        required=False,
        max_length=128,
        help_text=_("Evaluations on other data do not count."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed to ask for less than before once there is a result."),
    )


def form_of(target: Target) -> TargetForm:
    """Return a form that begins with the values of a version."""
    form = TargetForm(initial={name: getattr(target, name) for name in TARGET_FIELDS})
    for name in ("metric", "slice"):
        form.fields[name].widget.attrs["readonly"] = True
    return form


class AliasForm(forms.Form):
    """Another name that runs give a metric."""

    alias = forms.CharField(label=_("Runs say"), max_length=300, widget=forms.TextInput(attrs={"list": "metric-names"}))
    metric = forms.CharField(label=_("It stands for"), max_length=300)


class BaselineForm(forms.Form):
    """What the simplest thing achieves."""

    metric = forms.CharField(label=_("Metric"), max_length=300, initial="accuracy")
    value = NumberField(label=_("Value"))
    n = forms.IntegerField(label=_("Measured on n cases"), required=False, min_value=1)
    note = forms.CharField(
        label=_("What it is, and where it was measured"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The majority class, the present rule, a person by hand."),
    )


class RuleForm(forms.Form):
    """Runs of a connection that count; what is left empty fits every run."""

    connection = forms.ChoiceField(label=_("Connection"))
    experiments = forms.CharField(
        label=_("Experiment ids"), required=False, max_length=2000, help_text=_("Separated by commas; empty: all.")
    )
    tag_key = forms.CharField(label=_("Tag"), required=False, max_length=250)
    tag_value = forms.CharField(label=_("Tag value"), required=False, max_length=500)
    registered_model = forms.CharField(label=_("Registered model"), required=False, max_length=256)
    alias = forms.CharField(label=_("Alias of the model"), required=False, max_length=256)

    def __init__(self, data: Any = None, *, connections: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(data)
        self.fields["connection"] = forms.ChoiceField(label=_("Connection"), choices=list(connections))

    def rule(self) -> dict[str, Any]:
        """Return the rule in the words of the service."""
        values = dict(self.cleaned_data)
        ids = [each.strip() for each in values.pop("experiments").split(",")]
        return {**values, "experiment_ids": [each for each in ids if each]}


class CandidateForm(forms.Form):
    """Which run or model version the verdict is about, and where its number of cases stands."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    candidate_rule = forms.ChoiceField(label=_("The verdict is about"), choices=CandidateRule.choices)
    candidate_alias = forms.CharField(label=_("Alias"), required=False, max_length=100)
    sample_size_key = forms.CharField(
        label=_("Number of cases"),
        max_length=250,
        help_text=_("The metric, param or tag of a run that says on how many cases it was measured."),
    )
