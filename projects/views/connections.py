"""Connections: the list, the form that asks the server what it has, and one connection with its pulls."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import connection_of
from projects.connectors.base import ConnectorError
from projects.connectors.records import ChoiceRecord
from projects.connectors.registry import CHOSEN
from projects.forms import ConnectionForm, initial_of
from projects.models import Connection
from projects.selectors.connections import attempts_of, connection_rows, rejected_of
from projects.services import connections as service
from projects.services.nudges import nudge_path
from projects.services.versions import VersionConflict

WRITE = Power.WRITE_CONNECTIONS
USUAL_AUTH = {
    **dict.fromkeys(("mlflow", "prometheus", "csv_link"), "none"),
    **dict.fromkeys(("roundup", "jira", "sql"), "basic"),
}
"""How a kind is usually signed in to, where that is not by a token."""
TYPE_AGAIN = " Type the password or token once more to connect: a page never brings it back."
PUSH_EXAMPLE = """curl "$MLTRACK_URL/api/v1/initiatives/CHURN/runs/" \\
  -H "Authorization: Bearer $MLTRACK_TOKEN" -H "Content-Type: application/json" \\
  -d '{"external_id": "run-1", "params": {"threshold": "0.7"},
       "metrics": {"accuracy": 0.91, "coverage": 0.8, "n": 2000}}'"""


@require_safe
@page()
def connection_list(request: PageRequest) -> HttpResponse:
    """List the workspace's connections with their condition."""
    context = {
        "rows": connection_rows(request.principal.workspace),
        "may_write": request.principal.may(WRITE),
        "push_example": PUSH_EXAMPLE,
    }
    return render(request, "projects/connections/list.html", context)


@page(WRITE)
def connection_create(request: PageRequest) -> HttpResponse:
    """Ask for an address, show what the server has, and keep the connection."""
    workspace = request.principal.workspace
    kind = request.GET.get("kind", "mlflow")
    auth = USUAL_AUTH.get(kind, "bearer")
    initial = {"initiative": request.GET.get("initiative", ""), "kind": kind, "auth": auth}
    offered: dict[str, Any] = {"workspace": workspace, "is_new": True}
    form = ConnectionForm(request.POST or None, initial=initial, kept=_chosen(request), **offered)
    found: list[ChoiceRecord] | None = None
    if request.method == "POST" and form.is_valid():
        try:
            values, secret = form.values(workspace), form.secret_given() or ""
            report, found = service.probe(form.cleaned_data["kind"], values["base_url"], secret, values["options"])
            if "save" in request.POST:
                kind = form.cleaned_data["kind"]
                values |= form.webhook_secret_given()
                made = service.create_connection(request.principal, kind=kind, secret=secret, **values)
                messages.success(request, "Connected. The first pull begins within seconds.")
                return redirect("projects:connection", workspace=workspace.key, public_id=made.public_id)
            messages.info(request, f"{report.text}{TYPE_AGAIN if secret else ''}")
        except (ValidationError, ConnectorError) as error:
            _say(form, error)
        else:
            form = ConnectionForm(request.POST, offered=found, **offered)
    context = {"form": form, "found": found, "is_new": True}
    return render(request, "projects/connections/form.html", context, status=422 if form.errors else 200)


@page(WRITE)
def connection_edit(request: PageRequest, public_id: str) -> HttpResponse:
    """Change a connection; a new host clears the kept secret."""
    connection = connection_of(request.principal, public_id)
    workspace = request.principal.workspace
    kept = [*connection.options.get(CHOSEN[connection.kind], []), *_chosen(request)]
    offered: dict[str, Any] = {"workspace": workspace, "kept": kept, "offered": _offered(connection)}
    form = ConnectionForm(request.POST or None, initial=initial_of(connection), **offered)
    if request.method == "POST" and form.is_valid():
        changes = form.values(workspace, connection.options) | form.webhook_secret_given()
        secret = form.secret_given()
        if secret is not None:
            changes["secret"] = secret
        try:
            version = int(request.POST.get("version") or 0)
            service.edit_connection(request.principal, connection, changes, expected_version=version)
        except VersionConflict:
            form.add_error(None, "Somebody else changed this connection meanwhile: open it again to see what is kept.")
        except (ValidationError, ConnectorError, ValueError) as error:
            _say(form, error)
        else:
            messages.success(request, "Saved. It is pulled anew within seconds.")
            return redirect("projects:connection", workspace=workspace.key, public_id=public_id)
    context = {"form": form, "connection": connection, "found": form.offers_choices, "is_new": False}
    return render(request, "projects/connections/form.html", context, status=422 if form.errors else 200)


@require_safe
@page()
def connection(request: PageRequest, public_id: str) -> HttpResponse:
    """Show one connection: condition, what it brought, its pulls, what it rejected."""
    return render(request, "projects/connections/detail.html", _detail(request, public_id))


@require_safe
@page()
def connection_status(request: PageRequest, public_id: str) -> HttpResponse:
    """Show the part of the page that changes while a pull is under way."""
    return render(request, "projects/connections/_status.html", _detail(request, public_id, is_part=True))


@require_POST
@page(WRITE)
def connection_sync(request: PageRequest, public_id: str) -> HttpResponse:
    """Ask for a pull now; the sweep hands it to a worker within seconds."""
    service.ask_sync(request.principal, connection_of(request.principal, public_id))
    if request.headers.get("HX-Request"):
        return render(request, "projects/connections/_status.html", _detail(request, public_id, is_part=True))
    return redirect("projects:connection", workspace=request.principal.workspace.key, public_id=public_id)


@require_POST
@page(WRITE)
def connection_pause(request: PageRequest, public_id: str) -> HttpResponse:
    """Pause a connection, or take it up again."""
    found = connection_of(request.principal, public_id)
    service.edit_connection(request.principal, found, {"paused": not found.paused})
    return redirect("projects:connection", workspace=request.principal.workspace.key, public_id=public_id)


@require_POST
@page(WRITE)
def connection_delete(request: PageRequest, public_id: str) -> HttpResponse:
    """Delete a connection with its runs, when its name was typed."""
    found = connection_of(request.principal, public_id)
    if request.POST.get("name") != found.name:
        messages.error(request, f"Type {found.name} to delete this connection and what it brought.")
        return redirect("projects:connection", workspace=request.principal.workspace.key, public_id=public_id)
    service.delete_connection(request.principal, found)
    messages.success(request, f"{found.name} and what it brought are gone.")
    return redirect("projects:connection_list", workspace=request.principal.workspace.key)


def _detail(request: PageRequest, public_id: str, *, is_part: bool = False) -> dict[str, Any]:
    """Return what the page shows. While a pull is under way its part keeps the number that the page counted."""
    found = connection_of(request.principal, public_id)
    attempts = attempts_of(found)
    busy = any(each.state in ("queued", "running") for each in attempts)
    row = connection_rows(request.principal.workspace, found, counts_held=not (is_part and busy))[0]
    may_write = request.principal.may(WRITE)
    hears = may_write and (row.has_labels or row.has_tasks)
    return {
        "row": row,
        "connection": found,
        "attempts": attempts,
        "busy": busy,
        "rejected": rejected_of(found),
        "may_write": may_write,
        "nudge_url": request.build_absolute_uri(nudge_path(found)) if hears else "",
    }


def _chosen(request: PageRequest) -> list[str]:
    return request.POST.getlist("chosen")[:10_000]


def _offered(connection: Connection) -> list[ChoiceRecord]:
    try:
        return service.list_choices(connection)
    except ConnectorError:
        return []


def _say(form: ConnectionForm, error: ValidationError | ConnectorError | ValueError) -> None:
    """Put an error where it belongs: at its field, else at the address."""
    if isinstance(error, ConnectorError):
        form.add_error("base_url", error.text)
    elif isinstance(error, ValidationError) and hasattr(error, "error_dict"):
        for name, texts in error.message_dict.items():
            form.add_error(name if name in form.fields else None, texts)
    else:
        form.add_error(None, str(error))
