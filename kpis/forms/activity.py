"""A weekly word, and a move between stages."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models.initiatives import Health, Stage, State, StopReason

NO_REASON: Final = ("", _("Not cancelled"))


class UpdateForm(forms.Form):
    """How it goes, in a person's words."""

    health = forms.ChoiceField(label=_("Health, as you see it"), choices=Health.choices)
    text = forms.CharField(label=_("What happened"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 2}))
    next_steps = forms.CharField(
        label=_("What is next"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    in_the_way = forms.CharField(
        label=_("What stands in the way"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A sentence each is enough. Markdown works."),
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
    reason = forms.ChoiceField(
        label=_("Why it stops"),
        required=False,
        choices=[NO_REASON, *StopReason.choices],
        help_text=_("Asked of what is cancelled: the portfolio's analysis counts reasons."),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=2000)

    def clean(self) -> dict[str, Any]:
        """Ask for a reason of what is cancelled, and of nothing else."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("state") == State.CANCELLED and "reason" in given and not given["reason"]:
            self.add_error("reason", _("Say why it stops; whoever looks later will ask."))
        return given
