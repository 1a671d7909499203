"""A label audit to draw, and second labels: chosen on the page, or as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from projects.models import AuditKind
from projects.progress.labeling.audit_sample import MOST_SEED_BYTES
from projects.services.label_audits import LONGEST_NOTE, MOST_AUDITED

LARGEST: Final = 2_000_000
"""Characters of pasted lines, and bytes of a file."""
UNCLEAR: Final = "?"
CLASS: Final = "="
"""What stands before a class in the choices of a task, so that no class is taken for another answer."""


class AuditForm(forms.Form):
    """A sample to draw."""

    n = forms.IntegerField(label=_("Tasks"), min_value=1, max_value=MOST_AUDITED, initial=149)
    kind = forms.ChoiceField(label=_("Drawn"), choices=AuditKind.choices)
    least = forms.IntegerField(
        label=_("At least of each"),
        min_value=0,
        max_value=MOST_AUDITED,
        required=False,
        help_text=_("Of each class or batch, so that rare ones are seen too."),
    )
    seed = forms.CharField(
        label=_("Seed"), required=False, max_length=MOST_SEED_BYTES, help_text=_("Made up where left empty.")
    )
    labels_digest = forms.ChoiceField(
        label=_("Version of the labels"),
        required=False,
        help_text=_("Those that dataset versions name; others are named by REST."),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=LONGEST_NOTE)

    def __init__(self, *args: Any, label_sets: Mapping[str, Sequence[str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(digest, f"{digest[:12]} · {', '.join(names)}") for digest, names in (label_sets or {}).items()]
        self.fields["labels_digest"].choices = [("", _("not named")), *known]  # type: ignore[attr-defined]

    def audit(self) -> dict[str, Any]:
        """Return the fields as the service takes them."""
        return {**self.cleaned_data, "least": self.cleaned_data["least"] or 0}


class RelabelsForm(forms.Form):
    """Second labels as CSV: pasted, or as a file, which wins."""

    lines = forms.CharField(
        label=_("Lines"),
        required=False,
        strip=False,
        max_length=LARGEST,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "placeholder": "task,label\n101,cat\n102,dog"}),
        help_text=_("The first line names the columns: task, label and, where there are several, project."),
    )
    file = forms.FileField(label=_("Or a file"), required=False, widget=forms.FileInput(attrs={"accept": ".csv,.tsv"}))

    def clean(self) -> dict[str, Any]:
        """Read the file into `lines`."""
        values = super().clean() or self.cleaned_data
        if values.get("file") is not None:
            values["lines"] = _text_of(values["file"])
        if not values.get("lines", "").strip() and not self.errors:
            raise ValidationError({"lines": _("Paste lines, or choose a file.")})
        return values


def _text_of(file: Any) -> str:
    if file.size > LARGEST:
        raise ValidationError({"file": _("This file is too large: a task needs no more than one line.")})
    try:
        return str(file.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValidationError({"file": _("This file is no text in UTF-8.")}) from error


def chosen(sent: QueryDict) -> dict[int, str | None]:
    """Return what was chosen of a form's tasks, by number; None where nobody can tell. What is not chosen is left out.

    A number or choice that the page does not offer is left out too.
    """
    found: dict[int, str | None] = {}
    for number, choice in zip(sent.getlist("number"), sent.getlist("choice"), strict=False):
        if number.isascii() and number.isdigit() and len(number) < 9:
            if choice == UNCLEAR:
                found[int(number)] = None
            elif choice.startswith(CLASS) and choice != CLASS:
                found[int(number)] = choice.removeprefix(CLASS)
    return found
