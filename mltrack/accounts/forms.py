"""Forms of accounts. They check shape; the services decide."""

from __future__ import annotations

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from mltrack.accounts.models import Role
from mltrack.accounts.models.workspaces import Weekday
from mltrack.accounts.policy import SCOPES
from mltrack.days import ZONES


class FirstRunForm(forms.Form):
    """The first person: the console's code, who they are, and what their workspace is called."""

    code = forms.CharField(label=_("One-time code"), max_length=40, help_text=_("Printed where MLTrack was started."))
    name = forms.CharField(label=_("Your name"), max_length=150)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )
    workspace_name = forms.CharField(label=_("Workspace"), max_length=120, help_text=_("Your team or company."))


class JoinForm(forms.Form):
    """A new person who joins by invitation."""

    name = forms.CharField(label=_("Your name"), max_length=150)
    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )


class InviteForm(forms.Form):
    """Whom to invite, as what."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.CONTRIBUTOR)
    is_approver = forms.BooleanField(label=_("May approve waivers and loosened targets"), required=False)


class MemberForm(forms.Form):
    """A member's role and flags."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    is_approver = forms.BooleanField(label=_("Approver"), required=False)
    is_labeling_lead = forms.BooleanField(label=_("Labeling lead"), required=False)


class TokenForm(forms.Form):
    """A new API token of the person who asks."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Where it is used: the CI of churn-model."))
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=[(scope, scope) for scope in SCOPES], widget=forms.CheckboxSelectMultiple
    )
    days = forms.IntegerField(label=_("Days until it expires"), min_value=1, max_value=366, initial=90)


class WorkspaceForm(forms.Form):
    """A workspace's own settings."""

    name = forms.CharField(label=_("Name"), max_length=120)
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[(each, each) for each in sorted(ZONES)],
        help_text=_("When a day begins and ends here: due dates, sprints, weeks and forecasts."),
    )
    allows_self_approval = forms.BooleanField(
        label=_("Allow self-approval"),
        required=False,
        help_text=_("For a workspace of one. It is shown wherever a verdict rests on it."),
    )
    first_weekday = forms.TypedChoiceField(label=_("Weeks begin on"), choices=Weekday.choices, coerce=int)
    fiscal_month = forms.TypedChoiceField(
        label=_("The fiscal year begins in"), choices=list(MONTHS.items()), coerce=int
    )
    currency = forms.CharField(
        label=_("Currency"), required=False, max_length=8, help_text=_("What costs are in: EUR. Nothing is converted.")
    )


class NewWorkspaceForm(forms.Form):
    """Another workspace."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Your team or company."))


class ProfileForm(forms.Form):
    """The signed-in person's own name."""

    name = forms.CharField(label=_("Your name"), max_length=150)
