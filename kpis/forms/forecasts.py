"""What would be if something were otherwise, and a person's estimate of when a check will pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from kpis.scoring.forecast.readiness_date import ReadinessForecast
from kpis.scoring.forecast.what_if import AS_IT_IS, WhatIf

NAMES: Final = ("drop", "cut_tasks", "labeling_rate")
RATES: Final = (
    ("", _("as fast as now")),
    ("1.5", _("1.5 times as fast")),
    ("2", _("twice as fast")),
    ("3", _("three times as fast")),
)


class WhatIfForm(forms.Form):
    """Parts that are left out, tasks that are cut, and how fast labels are made."""

    drop = forms.MultipleChoiceField(label=_("Leave out"), required=False)
    cut_tasks = forms.IntegerField(label=_("Tasks to cut"), required=False, min_value=0, max_value=1_000_000)
    labeling_rate = forms.TypedChoiceField(label=_("Labels are made"), required=False, choices=RATES, coerce=float)

    def __init__(self, data: QueryDict | None = None, *, gates: Sequence[str] = ()) -> None:
        super().__init__(data)
        self.fields["drop"].choices = [(each, each) for each in gates]  # type: ignore[attr-defined]

    def what_if(self) -> WhatIf:
        """Return what would be otherwise: as it is, where nothing was asked for or it is wrong."""
        if not self.is_bound or not self.is_valid():
            return AS_IT_IS
        given = self.cleaned_data
        return WhatIf(frozenset(given["drop"]), given["cut_tasks"] or 0, given["labeling_rate"] or 1.0)


class Asked:
    """What a query string asks for, read once the parts are known that may be left out."""

    def __init__(self, query: QueryDict) -> None:
        self.query = query
        self.form = WhatIfForm()

    def __call__(self, found: ReadinessForecast) -> WhatIf:
        """Return what would be otherwise."""
        asked = any(name in self.query for name in NAMES)
        self.form = WhatIfForm(self.query if asked else None, gates=[each.gate for each in found.parts])
        return self.form.what_if()


class EstimateForm(forms.Form):
    """Three days between which a check will pass."""

    check = forms.CharField(label=_("What"), max_length=80, widget=forms.Select)
    earliest = forms.DateField(label=_("Earliest"), widget=forms.DateInput(attrs={"type": "date"}))
    likely = forms.DateField(label=_("Most likely"), widget=forms.DateInput(attrs={"type": "date"}))
    latest = forms.DateField(
        label=_("Latest"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("So late that you would be surprised."),
    )

    def offer(self, checks: Sequence[tuple[str, str]]) -> None:
        """Offer checks by id and title; the service knows whether there is one that was sent."""
        self.fields["check"].widget.choices = list(checks)

    def estimate(self) -> dict[str, Any]:
        """Return the fields as the service takes them."""
        return dict(self.cleaned_data)
