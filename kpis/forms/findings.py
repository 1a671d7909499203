"""Which findings are asked for, and what people say of one."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models.findings import FindingKind, Severity
from projects.services.findings import LONGEST_EXPLANATION

STATES = [
    ("", _("Lasting")),
    ("open", _("Open")),
    ("acknowledged", _("Acknowledged")),
    ("closed", _("Closed")),
    ("all", _("All states")),
]


class FindingFilterForm(forms.Form):
    """The filters of the list, as its address has them."""

    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *FindingKind.choices], required=False)
    severity = forms.ChoiceField(
        label=_("Severity"), choices=[("", _("All severities")), *Severity.choices], required=False
    )
    initiative = forms.CharField(
        label=_("Initiative"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Initiative, such as CHURN")}),
    )

    def asked(self) -> dict[str, str]:
        """Return the filters that can be understood; another word filters nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class MuteForm(forms.Form):
    """How much of it one wants to hear nothing of; nothing chosen is to hear of it again."""

    scope = forms.ChoiceField(
        label=_("Mute"),
        choices=[("", _("Nothing")), ("cause", _("This cause")), ("name", _("Its name")), ("source", _("Its source"))],
        required=False,
    )


class ExplainForm(forms.Form):
    """Why it happened."""

    explanation = forms.CharField(
        label=_("Why it happened"),
        max_length=LONGEST_EXPLANATION,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
