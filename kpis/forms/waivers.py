"""A permitted failure, asked for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class WaiverForm(forms.Form):
    """Why a check may be passed by, and until when."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
        help_text=_("It is shown wherever the verdict is, with your name and the measured value."),
    )
    expires = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_(
            "It ends as this day begins in UTC, within a year. When the value gets worse it opens again before that."
        ),
    )
