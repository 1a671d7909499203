"""What a person says when a check becomes a task."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _


class CheckTaskForm(forms.Form):
    """How much work it is, in the team's own unit, where anybody can say, and in which tracker, or `here`."""

    estimate = forms.DecimalField(
        label=_("Estimate"), required=False, min_value=Decimal(0), max_value=Decimal("9999.99"), decimal_places=2
    )
    tracker = forms.CharField(label=_("Tracker"), required=False, max_length=40)
