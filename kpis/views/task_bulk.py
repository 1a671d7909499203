"""Many tasks edited at once: looked at first, then done, and taken back for a while."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from kpis.forms.errors import in_words
from kpis.forms.task_bulk import BulkForm
from kpis.forms.tasks import FIELDS
from mltrack.accounts.access import Principal
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from mltrack.accounts.selectors.people import members_of
from projects.models import Task
from projects.selectors.task_cards import sprints_to_choose, tasks_by_key
from projects.services.task_undo import Undone, edit_tasks_undoably, undo_task_edits
from projects.services.tasks import MOST_AT_ONCE


def bulk_form(principal: Principal, sent: QueryDict | None = None) -> BulkForm:
    """Return the form for many tasks, filled in with what is sent; two queries."""
    sprints, members = sprints_to_choose(principal.workspace), list(members_of(principal.workspace))
    return BulkForm(principal, sprints, members, sent)


@require_POST
@page(Power.WRITE_TASKS)
def edit(request: PageRequest) -> HttpResponse:
    """Show what would change; with `apply` do it. `quick` is a sprint that the tasks go into without a look."""
    principal, sent = request.principal, request.POST.copy()
    if sent.get("quick"):
        sent["sprint"], sent["apply"] = str(sent["quick"]), "1"
    chosen = tasks_by_key(principal, request.POST.getlist("task")[: MOST_AT_ONCE + 1])
    ours = [each for each in chosen if not each.is_mirrored]
    form = bulk_form(principal, sent)
    problem = "" if ours else _("Choose at least one task that is not mirrored from a tracker.")
    if not form.is_valid():
        problem = " ".join(str(text) for texts in form.errors.values() for text in texts)
    elif ours and sent.get("apply"):
        try:
            edited, token = edit_tasks_undoably(principal, ours, form.changes())
        except ValidationError as error:
            problem = in_words(error)
        else:
            _say_edited(request, edited, token)
            return redirect(_back(request))
    values = {
        "tasks": ours,
        "mirrored": [each for each in chosen if each.is_mirrored],
        "form": form,
        "words": [] if problem else form.words(),
        "problem": problem,
        "back": _back(request),
    }
    part = "kpis/tasks/_preview.html" if request.headers.get("HX-Request") else "kpis/tasks/preview.html"
    return render(request, part, values, status=422 if problem else 200)


def _say_edited(request: PageRequest, edited: list[Task], token: str) -> None:
    words = ngettext("%(n)s task is changed.", "%(n)s tasks are changed.", len(edited)) % {"n": len(edited)}
    messages.success(request, words, extra_tags=undo_tag(request.principal, token))


def undo_tag(principal: Principal, token: str) -> str:
    """Return what gives a message an Undo button, "" where there is nothing to take back."""
    return f"undo:{reverse('kpis:tasks_undo', args=[principal.workspace.key])} {token}" if token else ""


def task_state(task: Task) -> dict[str, Any]:
    """Return what scripts know of a task: its key, where it stands, and its version."""
    sprint = task.sprint.public_id if task.sprint else ""
    return {"task": task.key, "status": task.status, "sprint": sprint, "version": task.version}


@require_POST
@page(Power.WRITE_TASKS)
def undo(request: PageRequest) -> HttpResponse:
    """Take an edit or a move back where nobody has changed the tasks since.

    A script, which takes back one task, is answered with it as it is now: 409 where somebody changed it, 422 with the
    reason; `cell` is the field that was edited, as it is read.
    """
    scripted = "application/json" in request.headers.get("Accept", "")
    try:
        done = undo_task_edits(request.principal, request.POST.get("token", ""))
    except ValidationError as error:
        if scripted:
            return JsonResponse({"detail": in_words(error)}, status=422)
        messages.error(request, in_words(error))
        return redirect(_back(request))
    if scripted:
        return _told(request, done)
    words = ngettext("%(n)s task is as it was.", "%(n)s tasks are as they were.", done.restored)
    messages.success(request, words % {"n": done.restored})
    if done.left:
        left = {"keys": ", ".join(done.left[:10])}
        messages.warning(request, _("Changed by somebody since, and left as it is: %(keys)s.") % left)
    return redirect(_back(request))


def _told(request: PageRequest, done: Undone) -> JsonResponse:
    if not done.tasks:
        left = {"keys": ", ".join(done.left[:10])}
        return JsonResponse({"detail": _("Changed by somebody since, and left as it is: %(keys)s.") % left}, status=409)
    task, name = done.tasks[0], "".join(done.names[:1])
    part = "kpis/tasks/_body.html" if name == "body" else "kpis/tasks/_cell.html"
    values = {"task": task, "name": name, "may_edit": True, "today": request.principal.today}
    cell = render_to_string(part, values, request) if name in FIELDS else ""
    words = ngettext("%(n)s task is as it was.", "%(n)s tasks are as they were.", done.restored) % {"n": done.restored}
    return JsonResponse({**task_state(task), "detail": words, "cell": cell})


def _back(request: PageRequest) -> str:
    """Return the path where the change was made, else that of the sprints."""
    back = request.POST.get("back", "")
    if back.startswith("/") and url_has_allowed_host_and_scheme(
        back, {request.get_host()}, require_https=request.is_secure()
    ):
        return back
    return reverse("kpis:sprint_list", args=[request.principal.workspace.key])
