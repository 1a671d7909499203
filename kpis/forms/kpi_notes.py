"""A note on a KPI's chart."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.forms.kpis import Day


class NoteForm(forms.Form):
    """What happened, and on which day."""

    day = Day(label=_("Day"))
    text = forms.CharField(
        label=_("What happened"), max_length=500, help_text=_("It is marked in the chart, with your name.")
    )
