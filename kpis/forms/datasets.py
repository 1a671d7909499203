"""What DVC pins, by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from projects.progress.datasets.dvc_files import LONGEST_FILE

MOST_PATTERNS = 20


class DvcForm(forms.Form):
    """A `.dvc` file or a `dvc.lock`: chosen, or pasted where none is."""

    file = forms.FileField(
        label=_("File"), required=False, widget=forms.FileInput(attrs={"accept": ".dvc,.lock,.yaml,.yml"})
    )
    text = forms.CharField(
        label=_("Or its text"),
        required=False,
        strip=False,
        max_length=LONGEST_FILE,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "mono"}),
    )
    path = forms.CharField(
        label=_("Its path in the repository"),
        required=False,
        max_length=300,
        help_text=_("Such as data/cases.dvc: the paths in it are relative to its folder."),
    )
    only = forms.CharField(
        label=_("Only these paths"),
        required=False,
        max_length=2000,
        help_text=_("Patterns such as data/*, with spaces between. Of a dvc.lock, by default what looks like data."),
    )

    def clean(self) -> dict[str, Any]:
        """Read the file into `text`, and the patterns into a list."""
        values = super().clean() or self.cleaned_data
        file = values.pop("file", None)
        if file is not None:
            values["text"] = _text_of(file)
        if not values.get("text", "").strip() and not self.errors:
            raise ValidationError({"file": _("Choose a file, or paste its text.")})
        values["only"] = values.get("only", "").split()
        if len(values["only"]) > MOST_PATTERNS:
            raise ValidationError({"only": _("These are more than 20 patterns.")})
        return values


def _text_of(file: Any) -> str:
    if file.size > LONGEST_FILE:
        raise ValidationError({"file": _("This file is too large.")})
    try:
        text = str(file.read().decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValidationError({"file": _("This file is no text in UTF-8.")}) from error
    if "\x00" in text:
        raise ValidationError({"file": _("This file is no text in UTF-8.")})
    return text
