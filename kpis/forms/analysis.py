"""From which day on the initiatives of the analysis began."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from mltrack.periods import FIRST_YEAR, LAST_YEAR


class SinceForm(forms.Form):
    """The first day on which an initiative may have begun to be looked at."""

    since = forms.DateField(
        label=_("Begun since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )

    def clean_since(self) -> date | None:
        """Refuse days beyond those that are known here."""
        day: date | None = self.cleaned_data["since"]
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(_("A day lies between 1970 and 2199."))
        return day
