"""Forms of the fact pages. They check shape; the services decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from mltrack.accounts.models import Workspace
from projects.connectors.records import ChoiceRecord
from projects.connectors.registry import CHOSEN, kinds, needs_initiative, writes_tasks
from projects.models import Connection, Initiative
from projects.services.connection_fields import LONGEST_INTERVAL, SHORTEST_INTERVAL

OWN_FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "mlflow": {"mlflow_workspace": "workspace"},
    "label_studio": {"control": "control", "batch_key": "batch_key", "dataset_key": "dataset_key"},
    "jira": {"board_ids": "board_ids", "estimate_field": "estimate_field"},
    "github": {"github_projects": "projects", "status_labels": "status_labels", "type_labels": "type_labels"},
    "gitlab": {"gitlab_sprints": "sprints", "status_labels": "status_labels", "type_labels": "type_labels"},
    "redmine": {},
    "prometheus": {},
    "sql": {"tls": "tls"},
    "csv_link": {},
    "roundup": {
        "sprint_property": "sprint_property",
        "type_property": "type_property",
        "estimate_property": "estimate_property",
        "due_property": "due_property",
        "blocked_property": "blocked_property",
    },
}
"""The fields that not every kind has, and the options that they are."""

WRITTEN: Final = ("may_open_tasks", "may_close_tasks", "new_tasks_in")
"""The fields of trackers that tasks can be opened in; they are options of the same names."""

LISTED: Final = ("board_ids", "github_projects")
"""Fields in which several texts stand with commas between them."""

SIGNED: Final = ("jira", "github", "gitlab")
"""Kinds that sign what they post."""

AUTH = [("none", _("None")), ("basic", _("User and password")), ("bearer", _("Token"))]
CHOICES: Final = {
    "mlflow": _("Experiments"),
    "github": _("Repositories"),
    "roundup": _("Keywords"),
    **dict.fromkeys(("label_studio", "jira", "gitlab", "redmine"), _("Projects")),
}


def own_fields_of(kind: str) -> dict[str, str]:
    """Return the fields that a kind has and not every other, each with the option that it is."""
    written = dict(zip(WRITTEN, WRITTEN, strict=True)) if writes_tasks(kind) else {}
    return {**OWN_FIELDS[kind], **written}


def _own_text(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=250, required=False, help_text=help_text)


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
    dataset_key = forms.CharField(
        label=_("Key of the task data that names the dataset version"),
        max_length=250,
        required=False,
        help_text=_("As name@digest, or its digest alone. Empty: batches are tied by hand, or by REST."),
    )
    board_ids = _own_text(_("Jira boards"), _("Their numbers, with commas. Empty: the sprints that issues are in."))
    estimate_field = _own_text(_("Jira field of estimates"), _("Its name. Empty: story points."))
    github_projects = _own_text(
        _("GitHub projects"),
        _("As orgs/NAME/NUMBER, with commas: their issues, iterations and statuses are read instead of repositories."),
    )
    gitlab_sprints = forms.ChoiceField(
        label=_("GitLab's sprints"),
        choices=[("milestones", _("Milestones")), ("iterations", _("Iterations"))],
        required=False,
    )
    status_labels = _own_text(_("Labels of statuses begin with"))
    type_labels = _own_text(_("Labels of types begin with"))
    sprint_property = _own_text(_("Roundup property of the sprint"), _("A link to a class of sprints with names."))
    type_property = _own_text(_("Roundup property of the type"), _("A link to a class with names."))
    estimate_property = _own_text(_("Roundup property of the estimate"), _("A number."))
    due_property = _own_text(_("Roundup property of the due date"), _("A date."))
    blocked_property = _own_text(_("Roundup property of what comes first"), _("Links to issues."))
    may_open_tasks = forms.BooleanField(
        label=_("Checks may open tasks there"),
        required=False,
        help_text=_("MLTrack then writes to this tracker: a new issue when somebody opens the task of a check."),
    )
    may_close_tasks = forms.BooleanField(
        label=_("Checks may close and reopen these tasks"),
        required=False,
        help_text=_("Only those that MLTrack opened there, when their check passes or fails again."),
    )
    new_tasks_in = _own_text(
        _("New tasks go to"), _("A project, repository or keyword of those that are read. Empty: the only one chosen.")
    )
    tls = forms.ChoiceField(
        label=_("TLS to the database"),
        choices=[
            ("prefer", _("Where it is offered")),
            ("require", _("Always")),
            ("verify-full", _("Always, and the certificate is checked")),
        ],
        required=False,
    )
    webhook_secret = forms.CharField(
        label=_("Webhook secret"),
        max_length=500,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("With it only what Jira, GitHub or GitLab has signed is heard. Empty keeps the present one."),
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
        help_text=_("Labels and tasks need one. For runs more rules can be set on the initiative's targets."),
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
        """Return the fields that the kind has and not every other."""
        kind = str(self["kind"].value())
        names = [*(own_fields_of(kind) if kind in OWN_FIELDS else ()), *(["webhook_secret"] if kind in SIGNED else [])]
        return [self[name] for name in names]

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
        own, shown = own_fields_of(kind), shown_options(kind)
        options = {key: value for key, value in (kept or {}).items() if key not in shown}
        options[CHOSEN[kind]] = data["chosen"]
        options |= {option: _listed(data[name]) if name in LISTED else data[name] for name, option in own.items()}
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

    def webhook_secret_given(self) -> dict[str, str]:
        """Return the new secret for webhooks as the services take it; nothing keeps the present one."""
        given = self.cleaned_data["webhook_secret"]
        return {"webhook_secret": given} if given and self.cleaned_data["kind"] in SIGNED else {}

    def clean(self) -> dict[str, Any]:
        """A user name is needed for basic sign-in, a secret that no earlier one can stand for, and by labels a home."""
        data = super().clean() or {}
        if data.get("auth") == "basic" and not data.get("username"):
            self.add_error("username", _("Give the user name."))
        if self.is_new and data.get("auth") in ("basic", "bearer") and not data.get("secret"):
            self.add_error("secret", _("Give the password or token; no page ever brings back what was typed here."))
        if data.get("kind") and needs_initiative(data["kind"]) and not data.get("initiative"):
            self.add_error("initiative", _("Choose the initiative that its projects belong to."))
        return data


def shown_options(kind: str) -> tuple[str, ...]:
    """Return the options of a kind that the form shows; others were set by REST and stay as they are."""
    return (CHOSEN[kind], "username", "ca_pem", *own_fields_of(kind).values())


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
        **{name: _shown(options.get(option, "")) for name, option in own_fields_of(connection.kind).items()},
        "ca_pem": options.get("ca_pem", ""),
        "interval_seconds": connection.interval_seconds,
        "initiative": connection.initiative.key if connection.initiative else "",
        "chosen": options.get(CHOSEN[connection.kind], []),
    }


def _listed(text: str) -> list[str]:
    return [each for part in text.split(",") if (each := part.strip())]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return ", ".join(value) if isinstance(value, list) else str(value)
