"""A person's word on a check."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class AttestForm(forms.Form):
    """Where the proof is, and until when the word holds."""

    link = forms.CharField(
        label=_("Link to the proof"),
        max_length=1000,
        help_text=_("A page that a colleague can open: a report, a decision, a ticket, a commit."),
        widget=forms.URLInput(attrs={"autofocus": True}),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What you looked at, in a sentence."),
    )
    expires = forms.DateField(
        label=_("Holds until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("It ends as this day begins in UTC. Left empty, it holds as long as the scorecard allows."),
    )
