"""A rehearsal of going back, and whether an endpoint is asked, by hand."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models.probes import LONGEST_INTERVAL, SHORTEST_INTERVAL
from projects.services.rollbacks import LONGEST_SECONDS


class RehearsalForm(forms.Form):
    """Where it was rehearsed, how long it took, and where that is written down."""

    environment = forms.CharField(label=_("Environment"), max_length=60, initial="production")
    seconds = forms.IntegerField(
        label=_("Seconds until the version before answered"), min_value=0, max_value=LONGEST_SECONDS
    )
    link = forms.CharField(label=_("Link"), required=False, max_length=500, help_text=_("Where it is written down."))
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class ProbeForm(forms.Form):
    """How often an endpoint is asked, and what its answer must hold."""

    interval_seconds = forms.IntegerField(
        label=_("Ask every so many seconds"),
        min_value=SHORTEST_INTERVAL,
        max_value=LONGEST_INTERVAL,
        initial=300,
        help_text=_("60 to 86400."),
    )
    expected = forms.CharField(
        label=_("The answer holds"),
        required=False,
        max_length=200,
        help_text=_("A text that a healthy answer has and an error page lacks."),
    )
