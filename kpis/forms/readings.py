"""A KPI's readings, one or many."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.forms.kpis import Day, Number
from kpis.services.reading_input import SEGMENT_LENGTH


class ReadingForm(forms.Form):
    """One reading."""

    time = Day(label=_("Day"))
    value = Number(label=_("Value"))
    segment = forms.CharField(
        label=_("Segment"), required=False, max_length=SEGMENT_LENGTH, help_text=_("Left empty: the whole.")
    )

    def reading(self) -> dict[str, Any]:
        """Return the reading in the words of the service; a day begins in the KPI's zone."""
        return dict(self.cleaned_data)


class PasteForm(forms.Form):
    """Many readings as lines."""

    lines = forms.CharField(
        label=_("Lines"),
        max_length=2_000_000,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 6, "spellcheck": "false", "placeholder": "2026-11-02, 8.4\n2026-11-09, 8.2\n2026-11-16, 7.9"}
        ),
        help_text=_("time, value and, where there is one, segment. From a spreadsheet: copy the columns and paste."),
    )
