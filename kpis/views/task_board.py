"""The board of tasks, and the one way by which a card moves: dragging, keys and the menu all post here."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.forms.errors import in_words
from kpis.forms.moments import asked_moment
from kpis.forms.tasks import read_sprint
from kpis.selectors.sprint_plan import open_initiatives
from kpis.selectors.task_board import task_board
from kpis.selectors.task_news import tasks_changed_since
from kpis.views.delivery import TERMS, task_chips
from kpis.views.task_bulk import task_state, undo_tag
from mltrack.accounts.access import Principal
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import initiative_of, sprint_of
from projects.models import Task
from projects.selectors.task_cards import sprints_to_choose, task_by_key
from projects.services.task_undo import place_task_undoably
from projects.services.versions import VersionConflict


@require_safe
@page()
def board(request: PageRequest) -> HttpResponse:
    """Show the workspace's tasks as cards: of one `initiative` or `sprint` where asked for."""
    principal, asked = request.principal, request.GET
    key, sprint_id, query = asked.get("initiative", ""), asked.get("sprint", ""), asked.get("q", "")
    initiative = initiative_of(principal, key) if key else None
    sprint = sprint_of(principal, sprint_id) if sprint_id else None
    scope: dict[str, Any] = {"initiative": initiative, "sprint": sprint, "now": timezone.now()}
    scope |= {"with_cancelled": asked.get("cancelled") == "1", "whole": asked.get("whole", "")}
    error = ""
    try:
        found = task_board(principal, query, **scope)
    except ValidationError as problem:
        found, error = task_board(principal, "", **scope), " ".join(problem.messages)
    kept = {"initiative": key, "sprint": sprint_id, "cancelled": "1" if scope["with_cancelled"] else ""}
    values = {
        "found": found,
        "error": error,
        "q": query,
        "kept": {name: value for name, value in kept.items() if value},
        "chips": task_chips(found.filters, **kept),
        "terms": TERMS,
        "initiatives": open_initiatives(principal.workspace),
        "sprints": sprints_to_choose(principal.workspace),
        "may_write": principal.may(Power.WRITE_TASKS),
        "today": request.principal.today,
    }
    return render(request, "kpis/board/index.html", scope | values)


@require_POST
@page(Power.WRITE_TASKS)
def place(request: PageRequest) -> HttpResponse:
    """Give a task another status or sprint, and a place `above` or `below` another, or with `last` below all.

    A script is answered with the task as it is now: 409 where it was changed since `version`, 422 with the reason.
    """
    principal, sent = request.principal, request.POST
    if not sent.get("task"):
        return HttpResponseBadRequest("Name the task.")
    task = task_by_key(principal, sent["task"])
    version = sent.get("version", "")
    expected = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
    try:
        beside = {name: _neighbour(principal, sent.get(name, "")) for name in ("above", "below")}
        given: dict[str, Any] = {**beside, "last": sent.get("last") == "1", "changes": _changes(principal, sent)}
        moved, token = place_task_undoably(principal, task, **given, expected_version=expected)
    except VersionConflict:
        words = _("%(key)s was changed by somebody else in the meantime: look, then move it again.")
        return _told(request, task, 409, words % {"key": task.key})
    except ValidationError as error:
        return _told(request, task, 422, in_words(error))
    return _told(request, moved, 200, token=token, said=_word(task, moved))


def _changes(principal: Principal, sent: Any) -> dict[str, Any]:
    changes: dict[str, Any] = {"status": sent["status"]} if "status" in sent else {}
    if "sprint" in sent:
        changes["sprint"] = read_sprint(principal, sent["sprint"])
    return changes


def _neighbour(principal: Principal, key: str) -> Task | None:
    """Return another task; one that is no more is forgotten."""
    try:
        return task_by_key(principal, key) if key else None
    except Http404:
        return None


def _told(
    request: PageRequest, task: Task, status: int, detail: str = "", *, token: str = "", said: str = ""
) -> HttpResponse:
    """Answer a script with the task as it is now and what takes the move back, a person with a message on its page."""
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({**task_state(task), "detail": detail, "undo": token, "said": said}, status=status)
    if detail:
        messages.error(request, detail)
    else:
        messages.success(request, said, extra_tags=undo_tag(request.principal, token))
    return redirect(reverse("kpis:task", args=[request.principal.workspace.key, task.initiative.key, task.key]))


def _word(before: Task, now: Task) -> str:
    """Say where a task is now."""
    if now.status != before.status:
        return f"{now.key}: {now.get_status_display()}"
    if now.sprint_id != before.sprint_id:
        return f"{now.key}: {now.sprint or _('Backlog')}"
    return _("%(key)s is moved.") % {"key": now.key}


@require_safe
@page()
def changes(request: PageRequest) -> JsonResponse:
    """Say how many tasks others changed since a moment, of one `initiative` or `sprint` where asked for."""
    principal, asked = request.principal, request.GET
    initiative = initiative_of(principal, asked["initiative"]) if asked.get("initiative") else None
    sprint = sprint_of(principal, asked["sprint"]) if asked.get("sprint") else None
    try:
        since = asked_moment(asked, "since")
    except ValidationError as error:
        return JsonResponse({"errors": error.message_dict}, status=400)
    count = tasks_changed_since(principal, since, initiative, sprint) if since is not None else 0
    return JsonResponse({"count": count})
