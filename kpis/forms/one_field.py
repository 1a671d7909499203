"""One field of something, edited where it stands: nobody overwrites what another wrote meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from kpis.models import KPI
from mltrack.accounts.models import AuditEvent
from mltrack.widgets import Hidden
from projects.models import Initiative, Task

LONGEST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Field:
    """One field that is edited in place. `kind` is line, prose, choice or links."""

    name: str
    label: str | Promise
    kind: str
    hint: str | Promise = ""


class OneFieldForm(forms.Form):
    """One field as text, with what it was when the page was made: `version` and a digest of its text."""

    version = forms.IntegerField(widget=Hidden, required=False, min_value=1)
    was = forms.CharField(widget=Hidden, required=False, max_length=64)
    value = forms.CharField(required=False, strip=False, max_length=LONGEST)

    def __init__(
        self, held: Initiative | KPI | Task, spec: Field, data: Mapping[str, Any] | None, prefix: str = ""
    ) -> None:
        self.held, self.spec = held, spec
        text = self.text
        initial = {"version": held.version, "was": digest_of(text), "value": text}
        super().__init__(data, initial=initial, auto_id=f"{prefix}{spec.name}_%s")
        self.fields["value"].label = str(spec.label)
        self.fields["value"].help_text = str(spec.hint)
        self.fields["value"].widget = self._widget()

    @property
    def text(self) -> str:
        """The field's present text."""
        raise NotImplementedError

    def _widget(self) -> forms.Widget:
        raise NotImplementedError

    def expected_version(self) -> int | None:
        """Return the version that must still hold: the present one where this very field is as the page showed it."""
        if self.cleaned_data["was"] == digest_of(self.text):
            return self.held.version
        version: int | None = self.cleaned_data["version"]
        return version

    def merge(self, last: AuditEvent | None) -> dict[str, Any]:
        """Return what this person wrote beside what another wrote meanwhile, of whose edit `last` tells."""
        return {
            "mine": self.cleaned_data["value"],
            "theirs": self.text,
            "version": self.held.version,
            "by": last.actor_name if last else _("somebody"),
            "at": last.at if last else None,
        }


def digest_of(text: str) -> str:
    """Return a short digest of a field's text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
