"""Forms of the fact pages. They check shape; the services decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from mltrack.accounts.models import Workspace
from projects.connectors.records import ChoiceRecord
from projects.connectors.registry import CHOSEN, brings_labels, kinds
from projects.models import Connection, Initiative
from projects.services.connection_fields import LONGEST_INTERVAL, SHORTEST_INTERVAL

OWN_FIELDS: Final = {
    "mlflow": {"mlflow_workspace": "workspace"},
    "label_studio": {"control": "control", "batch_key": "batch_key"},
}
"""The fields that only one kind has, and the options that they are."""

AUTH = [("none", _("None")), ("basic", _("User and password")), ("bearer", _("Token"))]
CHOICES: Final = {"mlflow": _("Experiments"), "label_studio": _("Projects")}


class ConnectionForm(forms.Form):
    """A foreign system: where it is, how to sign in, what to read of it, and for which initiative that counts."""

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
    control = forms.CharField(
        label=_("Label Studio control that is the label"),
        max_length=250,
        required=False,
        help_text=_("Its name in the labeling configuration. Empty: the first that holds classes."),
    )
    batch_key = forms.CharField(
        label=_("Key of the task data that names the batch"),
        max_length=250,
        required=False,
        help_text=_("Empty: the name of the file that a task was imported from."),
    )
    ca_pem = forms.CharField(
        label=_("Private certificate authority (PEM)"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    interval_seconds = forms.IntegerField(
        label=_("Pull every (seconds)"), min_value=SHORTEST_INTERVAL, max_value=LONGEST_INTERVAL, initial=60
    )
    initiative = forms.ChoiceField(
        label=_("It counts for"),
        required=False,
        help_text=_("Labels need one. For runs more rules can be set on the initiative's targets."),
    )
    chosen = forms.MultipleChoiceField(
        label=_("What to read"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means all that are visible."),
    )

    def __init__(
        self,
        *args: Any,
        workspace: Workspace,
        offered: list[ChoiceRecord] | None = None,
        kept: list[str] | None = None,
        is_new: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = is_new
        keys = Initiative.objects.filter(workspace=workspace, archived_at__isnull=True).order_by("key")
        choices = [("", "–"), *((each.key, str(each)) for each in keys)]
        self.fields["kind"].disabled = not is_new
        self.fields["initiative"].choices = choices  # type: ignore[attr-defined]
        listed = [(each.id, each.name) for each in offered or []]
        known = {value for value, _label in listed}
        listed += [(value, value) for value in kept or [] if value not in known]
        self.fields["chosen"].choices = listed  # type: ignore[attr-defined]
        self.fields["chosen"].label = CHOICES.get(str(self["kind"].value()), self.fields["chosen"].label)

    @property
    def offers_choices(self) -> bool:
        """Say whether there is a list to choose from."""
        return bool(self.fields["chosen"].choices)  # type: ignore[attr-defined]

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """Return the fields of the kind alone; of a new connection those of every kind."""
        kind = "" if self.is_new else str(self["kind"].value())
        return [self[name] for each, names in OWN_FIELDS.items() if kind in ("", each) for name in names]

    @property
    def opens_more(self) -> bool:
        """Say whether one of the rarer fields is filled in."""
        return any(field.value() for field in (*self.own_fields, self["ca_pem"]))

    def values(self, workspace: Workspace, kept: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return what the connection services take, of a valid form.

        `kept` are the present options: those that the form does not show, set by REST, stay as they are.
        """
        data = self.cleaned_data
        kind = data["kind"]
        own, shown = OWN_FIELDS[kind], shown_options(kind)
        options = {key: value for key, value in (kept or {}).items() if key not in shown}
        options[CHOSEN[kind]] = data["chosen"]
        options |= {option: data[name] for name, option in own.items()}
        if data["auth"] == "basic":
            options["username"] = data["username"]
        if data["ca_pem"].strip():
            options["ca_pem"] = data["ca_pem"]
        initiative = Initiative.objects.filter(workspace=workspace, key=data["initiative"]).first()
        return {
            "name": data["name"],
            "base_url": data["base_url"],
            "options": {key: value for key, value in options.items() if value or key not in shown},
            "interval_seconds": data["interval_seconds"],
            "initiative": initiative,
        }

    def secret_given(self) -> str | None:
        """Return the new secret, an empty text to clear it, or None to keep the present one."""
        if self.cleaned_data["auth"] == "none":
            return ""
        return self.cleaned_data["secret"] or None

    def clean(self) -> dict[str, Any]:
        """A user name is needed for basic sign-in, a secret that no earlier one can stand for, and by labels a home."""
        data = super().clean() or {}
        if data.get("auth") == "basic" and not data.get("username"):
            self.add_error("username", _("Give the user name."))
        if self.is_new and data.get("auth") in ("basic", "bearer") and not data.get("secret"):
            self.add_error("secret", _("Give the password or token; no page ever brings back what was typed here."))
        if data.get("kind") and brings_labels(data["kind"]) and not data.get("initiative"):
            self.add_error("initiative", _("Choose the initiative that its projects belong to."))
        return data


def shown_options(kind: str) -> tuple[str, ...]:
    """Return the options of a kind that the form shows; others were set by REST and stay as they are."""
    return (CHOSEN[kind], "username", "ca_pem", *OWN_FIELDS[kind].values())


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
        **{name: options.get(option, "") for name, option in OWN_FIELDS[connection.kind].items()},
        "ca_pem": options.get("ca_pem", ""),
        "interval_seconds": connection.interval_seconds,
        "initiative": connection.initiative.key if connection.initiative else "",
        "chosen": options.get(CHOSEN[connection.kind], []),
    }
