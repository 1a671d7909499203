"""The question "may this version ship?", asked by a person."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class GateForm(forms.Form):
    """What the gate is asked about."""

    commit = forms.CharField(
        label=_("Commit"), required=False, max_length=100, help_text=_("The newest finished run of this commit.")
    )
    model_version = forms.CharField(
        label=_("Model version"), required=False, max_length=400, help_text=_("Such as churn/7 or churn@champion.")
    )
    evaluation = forms.CharField(
        label=_("Evaluation"), required=False, max_length=250, help_text=_("Its id, or the id that its source gave it.")
    )
    ref = forms.CharField(label=_("Branch or tag"), required=False, max_length=300)
    dry_run = forms.BooleanField(label=_("Only ask, keep no decision"), required=False, initial=True)
