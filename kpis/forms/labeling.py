"""How many labels of a class are wanted, and which accuracy the learning curve is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from projects.connectors.label_files.formats import FORMATS
from projects.models import DatasetVersion

LONGEST_PASTE = 500_000


class QuotaForm(forms.Form):
    """A quota, or a new version of one."""

    class_name = forms.CharField(
        label=_("Class"), max_length=200, widget=forms.TextInput(attrs={"list": "class-names"})
    )
    wanted = forms.IntegerField(
        label=_("Labels wanted"), min_value=0, max_value=1_000_000_000, help_text=_("0 ends the quota.")
    )
    by = forms.DateField(
        label=_("By"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The initiative's target date where left empty."),
    )
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=2000, help_text=_("Needed for fewer labels, or a later day.")
    )

    def quota(self) -> dict[str, Any]:
        """Return the fields as the service takes them."""
        given = self.cleaned_data
        return {"class": given["class_name"], **{name: given[name] for name in ("wanted", "by", "reason")}}


class CurveForm(forms.Form):
    """An accuracy to reach."""

    target = forms.FloatField(
        label=_("Accuracy to reach"),
        min_value=0,
        max_value=1,
        help_text=_("From 0 to 1."),
        widget=forms.NumberInput(attrs={"step": "any"}),
    )


class BatchForm(forms.Form):
    """Of which dataset version the tasks of a batch are; both are offered by public ids."""

    batch = forms.ChoiceField(label=_("Batch"))
    dataset_id = forms.ChoiceField(label=_("Dataset version"), required=False)

    def __init__(
        self,
        *args: Any,
        batches: Sequence[tuple[str, str]] = (),
        versions: Sequence[DatasetVersion] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["batch"].choices = list(batches)  # type: ignore[attr-defined]
        offered = [(each.public_id, str(each)) for each in versions]
        self.fields["dataset_id"].choices = [("", _("of none")), *offered]  # type: ignore[attr-defined]

    def place(self) -> dict[str, str]:
        """Return the project and the batch as the service takes them."""
        project, _slash, batch = self.cleaned_data["batch"].partition("/")
        return {"project": project, "batch": batch}


class AnnotationsForm(forms.Form):
    """Annotations as a file, or pasted, and what their rows do not say. The file wins."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("Other columns than task, annotator, label, time and batch are passed over."),
        widget=forms.FileInput(attrs={"accept": ".csv,.jsonl,.json,.xml,.zip"}),
    )
    source = forms.CharField(
        label=_("Or paste them"),
        required=False,
        strip=False,
        max_length=LONGEST_PASTE,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "mono"}),
    )
    kind = forms.ChoiceField(label=_("Format"), choices=list(FORMATS.items()))
    annotator = forms.CharField(
        label=_("Annotator"), required=False, max_length=250, help_text=_("Who labeled, where the rows do not say.")
    )
    question = forms.CharField(
        label=_("Question"), required=False, max_length=200, help_text=_("Of Argilla; the first where left empty.")
    )
    batch = forms.CharField(label=_("Batch"), required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        """Refuse nothing at all, and what is larger than the API takes."""
        values = super().clean() or self.cleaned_data
        file = values.get("file")
        if file is not None and (file.size or 0) > settings.MLTRACK_MAX_BODY:
            raise ValidationError({"file": _("This file is too large; split it, or send an archive.")})
        if file is None and not values.get("source", "").strip() and not self.errors:
            raise ValidationError({"file": _("Choose a file, or paste annotations.")})
        return values

    def upload(self) -> dict[str, Any]:
        """Return the fields as the service takes them."""
        given = self.cleaned_data
        raw = given["file"].read() if given["file"] is not None else given["source"].encode()
        return {"raw": raw, **{name: given[name] for name in ("kind", "annotator", "question", "batch")}}
