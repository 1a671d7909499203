"""A link that shows a view to others."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.selectors.shareable import KINDS, LONGEST
from kpis.services.shares import DAYS, MOST_DAYS


class ViewForm(forms.Form):
    """Which view: its kind, the key of what it is about, and its filters as they stand in its address."""

    kind = forms.ChoiceField(label=_("View"), choices=())
    target = forms.CharField(
        label=_("Key"), required=False, max_length=60, help_text=_("Of the KPI or initiative, such as churn-rate.")
    )
    query = forms.CharField(
        label=_("Filters"),
        required=False,
        max_length=LONGEST,
        help_text=_("As they stand in the address after the question mark, such as q=verdict:ready."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(name, kind.label) for name, kind in KINDS.items()]
        self.fields["kind"].choices = names  # type: ignore[attr-defined]


class ShareForm(ViewForm):
    """The view, and for how many days its link works."""

    days = forms.IntegerField(label=_("Works for days"), min_value=1, max_value=MOST_DAYS, initial=DAYS)
