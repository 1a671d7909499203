"""An address that is told of events."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.models import EventType
from kpis.services.hooks import LONGEST_NAME
from kpis.services.webhooks import LONGEST


class HookForm(forms.Form):
    """What it is called, where it is, and what it is told of."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Where events are posted to, with https://. It is kept sealed and never shown again."),
    )
    events = forms.MultipleChoiceField(
        label=_("Events"), choices=EventType.choices, widget=forms.CheckboxSelectMultiple
    )


class HookEditForm(HookForm):
    """The same for one that exists: an empty address leaves the present one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["url"].required = False
        self.fields["url"].help_text = _("Empty leaves the present one.")
