"""What an initiative moved and cost, and what is decided on its value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.forms.kpis import Day, Number
from kpis.models import ExperimentResult, InitiativeCost, ValueDecision
from kpis.models.realised import SEGMENT, Method, Outcome


class MeasureForm(forms.Form):
    """What is asked: by which method, changed when, in which window, beside which control."""

    method = forms.ChoiceField(label=_("Method"), choices=Method.choices, initial=Method.INTERRUPTED)
    since = Day(label=_("Changed on"), required=False, help_text=_("An experiment has its own days."))
    first = Day(label=_("Window from"), required=False, help_text=_("Left empty: all of its history."))
    last = Day(label=_("Window to"), required=False)
    segment = forms.CharField(
        label=_("Segment"), required=False, max_length=SEGMENT, help_text=_("Left empty: the KPI as a whole.")
    )
    control_kpi = forms.ChoiceField(
        label=_("Control"), required=False, help_text=_("What the change did not reach, in the same unit and period.")
    )
    control_segment = forms.CharField(label=_("Segment of the control"), required=False, max_length=SEGMENT)
    experiment = forms.ChoiceField(label=_("Experiment"), required=False)
    effect = Number(label=_("Claimed movement"), required=False, help_text=_("Only for a claim, in the KPI's unit."))
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(
        self,
        data: Any = None,
        *,
        kpis: Iterable[tuple[str, str]],
        experiments: Iterable[ExperimentResult],
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        controls = [("", _("None, or the segment below")), *kpis]
        tried = [("", _("None")), *((each.public_id, each.name) for each in experiments)]
        self.fields["control_kpi"].choices = controls  # type: ignore[attr-defined]
        self.fields["experiment"].choices = tried  # type: ignore[attr-defined]


class ExperimentForm(forms.Form):
    """Two groups that chance made."""

    name = forms.CharField(label=_("Name"), max_length=200)
    outcome = forms.ChoiceField(label=_("What was counted"), choices=Outcome.choices)
    treated_n = forms.IntegerField(label=_("Cases with the change"), min_value=2)
    treated = Number(label=_("Of these had it, or their mean"))
    treated_deviation = Number(label=_("Standard deviation"), required=False, help_text=_("Only for a mean."))
    control_n = forms.IntegerField(label=_("Cases without it"), min_value=2)
    control = Number(label=_("Of those had it, or their mean"))
    control_deviation = Number(label=_("Standard deviation"), required=False, help_text=_("Only for a mean."))
    scale = Number(
        label=_("Times"),
        required=False,
        help_text=_("What makes the difference one of the KPI. Left empty: 100 for shares of a KPI in %, else 1."),
    )
    starts_on = Day(label=_("First day"))
    ends_on = Day(label=_("Last day"))
    link = forms.CharField(label=_("Link"), required=False, max_length=1000)
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class CostForm(forms.Form):
    """What was spent in some days."""

    kind = forms.ChoiceField(label=_("For"), choices=InitiativeCost.Kind.choices)
    starts_on = Day(label=_("From"))
    ends_on = Day(label=_("To"))
    weeks = Number(label=_("People-weeks"), required=False, help_text=_("Only for people."))
    amount = Number(label=_("Amount"), required=False)
    note = forms.CharField(label=_("Note"), required=False, max_length=500)


class DecisionForm(forms.Form):
    """Whether to sustain, expand, adjust or retire."""

    decision = forms.ChoiceField(label=_("Decision"), choices=ValueDecision.Decision.choices)
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    review_on = Day(label=_("Look again on"), required=False, help_text=_("Needed unless it is to retire."))
