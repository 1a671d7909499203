"""Forms of the fact pages. They check shape; the services decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from mltrack.accounts.models import Workspace
from projects.connectors.records import ExperimentRecord
from projects.connectors.registry import kinds
from projects.models import Connection, Initiative
from projects.services.connection_fields import LONGEST_INTERVAL, SHORTEST_INTERVAL

SHOWN_OPTIONS: Final = ("experiment_ids", "username", "workspace", "ca_pem")
AUTH = [("none", _("None")), ("basic", _("User and password")), ("bearer", _("Bearer token"))]


class ConnectionForm(forms.Form):
    """A foreign system: where it is, how to sign in, which experiments, and for which initiative they count."""

    kind = forms.ChoiceField(label=_("System"), choices=kinds)
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("As your team calls this server."))
    base_url = forms.CharField(
        label=_("Address"), max_length=500, help_text=_("As in the browser, with its path: https://mlflow.example.org")
    )
    auth = forms.ChoiceField(label=_("Sign-in"), choices=AUTH, initial="none")
    username = forms.CharField(label=_("User"), max_length=250, required=False)
    secret = forms.CharField(
        label=_("Password or token"),
        max_length=10_000,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Kept encrypted and never shown again. Empty keeps the present one."),
    )
    mlflow_workspace = forms.CharField(label=_("MLflow workspace"), max_length=250, required=False)
    ca_pem = forms.CharField(
        label=_("Private certificate authority (PEM)"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    interval_seconds = forms.IntegerField(
        label=_("Pull every (seconds)"), min_value=SHORTEST_INTERVAL, max_value=LONGEST_INTERVAL, initial=60
    )
    initiative = forms.ChoiceField(
        label=_("Its runs count for"), required=False, help_text=_("More rules can be set on the initiative's targets.")
    )
    experiment_ids = forms.MultipleChoiceField(
        label=_("Experiments"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means all that are visible."),
    )

    def __init__(
        self,
        *args: Any,
        workspace: Workspace,
        experiments: list[ExperimentRecord] | None = None,
        kept: list[str] | None = None,
        is_new: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = is_new
        keys = Initiative.objects.filter(workspace=workspace, archived_at__isnull=True).order_by("key")
        choices = [("", "–"), *((each.key, str(each)) for each in keys)]
        self.fields["initiative"].choices = choices  # type: ignore[attr-defined]
        offered = [(each.id, each.name) for each in experiments or []]
        known = {value for value, _label in offered}
        offered += [(value, value) for value in kept or [] if value not in known]
        self.fields["experiment_ids"].choices = offered  # type: ignore[attr-defined]

    @property
    def offers_experiments(self) -> bool:
        """Say whether there is a list to choose from."""
        return bool(self.fields["experiment_ids"].choices)  # type: ignore[attr-defined]

    def values(self, workspace: Workspace, kept: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return what the connection services take, of a valid form.

        `kept` are the present options: those that the form does not show, set by REST, stay as they are.
        """
        data = self.cleaned_data
        options = {key: value for key, value in (kept or {}).items() if key not in SHOWN_OPTIONS}
        options["experiment_ids"] = data["experiment_ids"]
        if data["auth"] == "basic":
            options["username"] = data["username"]
        if data["mlflow_workspace"]:
            options["workspace"] = data["mlflow_workspace"]
        if data["ca_pem"].strip():
            options["ca_pem"] = data["ca_pem"]
        initiative = Initiative.objects.filter(workspace=workspace, key=data["initiative"]).first()
        return {
            "name": data["name"],
            "base_url": data["base_url"],
            "options": {key: value for key, value in options.items() if value or key not in SHOWN_OPTIONS},
            "interval_seconds": data["interval_seconds"],
            "initiative": initiative,
        }

    def secret_given(self) -> str | None:
        """Return the new secret, an empty text to clear it, or None to keep the present one."""
        if self.cleaned_data["auth"] == "none":
            return ""
        return self.cleaned_data["secret"] or None

    def clean(self) -> dict[str, Any]:
        """A user name is needed for basic sign-in, and a secret that no earlier one can stand for."""
        data = super().clean() or {}
        if data.get("auth") == "basic" and not data.get("username"):
            self.add_error("username", _("Give the user name."))
        if self.is_new and data.get("auth") in ("basic", "bearer") and not data.get("secret"):
            self.add_error("secret", _("Give the password or token; no page ever brings back what was typed here."))
        return data


def initial_of(connection: Connection) -> dict[str, Any]:
    """Return the form's initial values for a stored connection; never its secret."""
    options = connection.options
    auth = "basic" if options.get("username") else "bearer" if connection.sealed_secret else "none"
    return {
        "kind": connection.kind,
        "name": connection.name,
        "base_url": connection.base_url,
        "auth": auth,
        "username": options.get("username", ""),
        "mlflow_workspace": options.get("workspace", ""),
        "ca_pem": options.get("ca_pem", ""),
        "interval_seconds": connection.interval_seconds,
        "initiative": connection.initiative.key if connection.initiative else "",
        "experiment_ids": options.get("experiment_ids", []),
    }
