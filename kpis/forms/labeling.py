"""How many labels of a class are wanted, and which accuracy the learning curve is asked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class QuotaForm(forms.Form):
    """A quota, or a new version of one."""

    class_name = forms.CharField(
        label=_("Class"), max_length=200, widget=forms.TextInput(attrs={"list": "class-names"})
    )
    wanted = forms.IntegerField(
        label=_("Labels wanted"), min_value=0, max_value=1_000_000_000, help_text=_("0 ends the quota.")
    )
    by = forms.DateField(
        label=_("By"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The initiative's target date where left empty."),
    )
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=2000, help_text=_("Needed for fewer labels, or a later day.")
    )

    def quota(self) -> dict[str, Any]:
        """Return the fields as the service takes them."""
        given = self.cleaned_data
        return {"class": given["class_name"], **{name: given[name] for name in ("wanted", "by", "reason")}}


class CurveForm(forms.Form):
    """An accuracy to reach."""

    target = forms.FloatField(
        label=_("Accuracy to reach"),
        min_value=0,
        max_value=1,
        help_text=_("From 0 to 1."),
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
