"""Which series brings nothing any more."""

from __future__ import annotations

from django import forms

from projects.models import ObservedKind


class SeriesEndForm(forms.Form):
    """A series by kind, name and segment, and whether it ended; where it is listed, nobody types it."""

    kind = forms.ChoiceField(choices=ObservedKind.choices)
    name = forms.CharField(max_length=120)
    segment = forms.CharField(max_length=120, required=False)
    ended = forms.BooleanField(required=False)
