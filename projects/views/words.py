"""What a tracker's words for statuses and types mean here: looked at before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import connection_of
from projects.connectors.base import ConnectorError
from projects.connectors.registry import brings_tasks
from projects.connectors.task_records import TrackerWords
from projects.models import Connection, TaskStatus, TaskType
from projects.selectors.tracker_words import TrackerWording, WordRow, tracker_wording
from projects.services import connections as service
from projects.services.versions import VersionConflict

FIELDS = {"statuses": "status", "types": "type"}


@page(Power.WRITE_CONNECTIONS)
def connection_words(request: PageRequest, public_id: str) -> HttpResponse:
    """Map the words of a tracker; a preview says how many tasks would be what."""
    connection = connection_of(request.principal, public_id)
    if not brings_tasks(connection.kind):
        return redirect("projects:connection", workspace=request.principal.workspace.key, public_id=public_id)
    listed, trouble = _listed(connection)
    wording = tracker_wording(connection, listed.statuses, listed.types)
    error = ""
    if request.method == "POST":
        connection.options = {**connection.options, **_mapped(request.POST, wording)}
        wording = tracker_wording(connection, listed.statuses, listed.types)
        error = _saved(request, connection) if "save" in request.POST else ""
        if "save" in request.POST and not error:
            messages.success(request, "Saved. The tasks that are here were mapped anew.")
            return redirect("projects:connection", workspace=request.principal.workspace.key, public_id=public_id)
    context = {
        "connection": connection,
        "wording": wording,
        "status_choices": TaskStatus.choices,
        "type_choices": TaskType.choices,
        "preview": _preview(wording.statuses, dict(TaskStatus.choices), "todo"),
        "type_preview": _preview(wording.types, dict(TaskType.choices), ""),
        "trouble": trouble,
        "error": error,
    }
    return render(request, "projects/connections/words.html", context, status=422 if error else 200)


def _saved(request: PageRequest, connection: Connection) -> str:
    """Keep the mapping that a connection holds, and return what is wrong with it, if anything."""
    try:
        version, changes = int(request.POST.get("version") or 0), {"options": connection.options}
        service.edit_connection(request.principal, connection, changes, expected_version=version)
    except VersionConflict:
        return "Somebody else changed this connection meanwhile: open it again to see what is kept."
    except ValidationError as error:
        return " ".join(error.messages)
    except ValueError:
        return "Open this page again."
    return ""


def _listed(connection: Connection) -> tuple[TrackerWords, str]:
    """Return the words that the tracker lists, soon or not at all, and why not."""
    try:
        return service.list_words(connection), ""
    except ConnectorError as error:
        return TrackerWords({}, {}, is_whole=False), error.text


def _mapped(posted: Mapping[str, Any], wording: TrackerWording) -> dict[str, dict[str, str]]:
    """Return what was chosen for each word of the page; words are named by their place."""
    found: dict[str, dict[str, str]] = {}
    for option, prefix in FIELDS.items():
        rows: tuple[WordRow, ...] = getattr(wording, option)
        chosen = {row.word: str(posted.get(f"{prefix}-{place}") or "") for place, row in enumerate(rows)}
        found[option] = {word: ours for word, ours in chosen.items() if ours}
    return found


def _preview(rows: tuple[WordRow, ...], names: Mapping[str, Any], otherwise: str) -> list[tuple[str, int]]:
    """Return how many tasks would be what, those of unknown words with what they become."""
    counts: dict[str, int] = {}
    for row in rows:
        ours = row.chosen or row.guess or otherwise
        counts[ours] = counts.get(ours, 0) + row.count
    return [(str(names.get(ours, "–")), n) for ours, n in counts.items() if n]
