"""A weekly word, and a move between stages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models.initiatives import Health, Stage, State


class UpdateForm(forms.Form):
    """How it goes, in a person's words."""

    health = forms.ChoiceField(label=_("Health, as you see it"), choices=Health.choices)
    text = forms.CharField(
        label=_("What happened, what is next, what is in the way"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Three sentences are enough. Markdown works."),
    )


class MoveForm(forms.Form):
    """Where an initiative stands from now on, or stood from a moment on."""

    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices)
    state = forms.ChoiceField(label=_("State"), choices=State.choices)
    at = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("In UTC. Left empty: now. A move of the past can be entered."),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=2000)
