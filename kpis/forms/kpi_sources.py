"""A source of a KPI's readings: which connection, what to ask of it, and how to read the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kpis.forms.kpis import Day
from kpis.models import SourceKind
from kpis.services.source_fields import OPTIONS
from projects.connectors.csv_readings import DELIMITERS, MOST_BYTES, TIME_FORMS
from projects.connectors.registry import TITLES
from projects.models import Connection
from projects.services.question_fields import LONGEST_STATEMENT

UPLOAD: Final = "upload"
FORMS: Final = {
    "iso": _("2027-03-31, or with a time"),
    "d.m.Y": "31.03.2027",
    "d/m/Y": "31/03/2027",
    "m/d/Y": "03/31/2027",
    "Y/m/d": "2027/03/31",
    "Y-m": "2027-03",
    "unix": _("seconds since 1970"),
    "unix_ms": _("milliseconds since 1970"),
}
SIGNS: Final = {"comma": _("Comma"), "semicolon": _("Semicolon"), "tab": _("Tab")}


class QuestionForm(forms.Form):
    """A question to try and to keep: what is asked of which connection, and how its answer is read."""

    name = forms.CharField(label=_("Name"), max_length=120)
    connection = forms.ChoiceField(label=_("From"))
    statement = forms.CharField(
        label=_("What to ask"),
        required=False,
        max_length=LONGEST_STATEMENT,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=_("PromQL, one SELECT with a time and a value, or the link of a CSV file or a Google sheet."),
    )
    begins = Day(label=_("From this day on"), required=False, help_text=_("Empty: the last three years."))
    time_column = forms.CharField(label=_("Column of the time"), max_length=200, required=False, initial="time")
    value_column = forms.CharField(label=_("Column of the value"), max_length=200, required=False, initial="value")
    segment = forms.CharField(
        label=_("Column or label of the segment"), max_length=200, required=False, help_text=_("Empty: the whole.")
    )
    time_form = forms.ChoiceField(
        label=_("Times in the file"), choices=[(each, FORMS[each]) for each in TIME_FORMS], required=False
    )
    delimiter = forms.ChoiceField(
        label=_("Cells are parted by"),
        choices=[("", _("as the header shows")), *((each, SIGNS[each]) for each in DELIMITERS)],
        required=False,
    )
    decimal_comma = forms.BooleanField(label=_("Numbers with a decimal comma"), required=False)

    def __init__(self, *args: Any, connections: Sequence[Connection], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connections = {each.public_id: each for each in connections}
        listed = [(each.public_id, f"{each.name} ({TITLES[each.kind]})") for each in connections]
        self.fields["connection"].choices = listed  # type: ignore[attr-defined]

    def options(self, kind: str) -> dict[str, Any]:
        """Return how the answer of a valid form's question is read, for a kind of source."""
        data = self.cleaned_data
        segment = {"segment_column": data["segment"], "segment_label": data["segment"]}
        return {name: {**data, **segment}[name] or default for name, default in OPTIONS[kind].items()}


class SourceForm(QuestionForm):
    """A source of readings: a question, or files by hand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["connection"].choices += [(UPLOAD, _("Files that I upload"))]  # type: ignore[attr-defined]

    def asked(self) -> tuple[str, Connection | None]:
        """Return the kind and the connection of a valid form; an upload has none."""
        found = self.connections.get(self.cleaned_data["connection"])
        return (found.kind, found) if found else (SourceKind.UPLOAD, None)

    def given(self) -> dict[str, Any]:
        """Return the rest as the service takes it."""
        data = self.cleaned_data
        kind, _connection = self.asked()
        asked = {name: data[name] for name in ("name", "statement", "begins")}
        return {**asked, "options": self.options(kind)}


class SourceFileForm(forms.Form):
    """CSV for an upload: pasted, or as a file, which wins."""

    lines = forms.CharField(
        label=_("Lines"),
        required=False,
        strip=False,
        max_length=2_000_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("The first line names the columns."),
    )
    file = forms.FileField(
        label=_("Or a CSV file"), required=False, widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt"})
    )

    def content(self) -> bytes:
        """Return what a valid form holds."""
        file = self.cleaned_data["file"]
        return bytes(file.read()) if file else self.cleaned_data["lines"].encode("utf-8", "replace")

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        values = super().clean() or self.cleaned_data
        if values.get("file") is not None and values["file"].size > MOST_BYTES:
            raise ValidationError({"file": _("This file is too large.")})
        if values.get("file") is None and not values.get("lines", "").strip() and not self.errors:
            raise ValidationError({"lines": _("Paste lines, or choose a file.")})
        return values
