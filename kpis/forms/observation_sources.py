"""A source of observations: what is asked of which connection, and what its answers are observations of."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.forms.kpi_sources import QuestionForm
from projects.models import Connection, ObservedKind

_ASKED: Final = ("kind", "name", "statement", "threshold", "method", "begins")


class ObservationSourceForm(QuestionForm):
    """A source of observations to try and to keep."""

    field_order = ("kind", "name", "connection", "statement", "threshold", "method")
    kind = forms.ChoiceField(label=_("What is observed"), choices=ObservedKind.choices)
    threshold = forms.FloatField(
        label=_("Threshold"), required=False, help_text=_("A volume has none: its segments are watched for silence.")
    )
    method = forms.CharField(
        label=_("Method"), max_length=60, required=False, help_text=_("Of a drift with a threshold, such as psi.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["statement"].required = True
        self.fields["begins"].help_text = _("Empty: the last ninety days.")

    def asked(self) -> Connection:
        """Return the connection of a valid form."""
        return self.connections[self.cleaned_data["connection"]]

    def given(self) -> dict[str, Any]:
        """Return the rest as the service takes it."""
        return {**{name: self.cleaned_data[name] for name in _ASKED}, "options": self.options(self.asked().kind)}
