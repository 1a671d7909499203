"""The forms of a workspace's scorecard and data."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LARGEST = 500_000


class ScorecardForm(forms.Form):
    """A scorecard as TOML: pasted, or as a file, which wins."""

    source = forms.CharField(
        label=_("Scorecard (TOML)"),
        required=False,
        strip=False,
        max_length=LARGEST,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "class": "mono"}),
    )
    file = forms.FileField(label=_("Or a file"), required=False, widget=forms.FileInput(attrs={"accept": ".toml"}))

    def clean(self) -> dict[str, Any]:
        """Read the file into `source`."""
        values = super().clean() or self.cleaned_data
        file = values.get("file")
        if file is not None:
            values["source"] = _text_of(file)
        values["source"] = values.get("source", "").replace("\r\n", "\n")
        if not values["source"].strip() and not self.errors:
            raise ValidationError({"source": _("Paste a scorecard, or choose a file.")})
        return values


def _text_of(file: Any) -> str:
    if file.size > LARGEST:
        raise ValidationError({"file": _("This file is too large for a scorecard.")})
    try:
        return str(file.read().decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValidationError({"file": _("This file is no text in UTF-8.")}) from error


class DeleteForm(forms.Form):
    """The deletion of a workspace, confirmed by its name."""

    typed_name = forms.CharField(
        label=_("The workspace's name"), max_length=160, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
