"""A new link for calendars."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class CalendarForm(forms.Form):
    """What the calendar shows: the whole workspace, or one initiative."""

    initiative = forms.ChoiceField(label=_("What it shows"), required=False)

    def __init__(self, *args: Any, initiatives: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(key, f"{key} {name}") for key, name in initiatives]
        self.fields["initiative"].choices = [("", _("The whole workspace")), *named]  # type: ignore[attr-defined]
