"""A rehearsal of going back, by hand."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.services.rollbacks import LONGEST_SECONDS


class RehearsalForm(forms.Form):
    """Where it was rehearsed, how long it took, and where that is written down."""

    environment = forms.CharField(label=_("Environment"), max_length=60, initial="production")
    seconds = forms.IntegerField(
        label=_("Seconds until the version before answered"), min_value=0, max_value=LONGEST_SECONDS
    )
    link = forms.CharField(label=_("Link"), required=False, max_length=500, help_text=_("Where it is written down."))
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
