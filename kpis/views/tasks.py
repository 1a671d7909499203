"""One task: read, edited field by field, put away and brought back."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.forms.errors import in_words, show_errors
from kpis.forms.tasks import FIELDS, TaskFieldForm, task_words
from kpis.selectors.activity import last_edit_of
from kpis.selectors.task_page import task_history
from kpis.views.shell import shell
from kpis.views.task_bulk import undo_tag
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import initiative_of, task_of
from projects.models import Initiative, Task
from projects.selectors.sent_tasks import standing_of
from projects.services.task_undo import edit_task_undoably
from projects.services.tasks import delete_task, restore_task
from projects.services.versions import VersionConflict

FACTS: Final = ("type", "priority", "assignee", "sprint", "estimate", "due_on", "check_id", "run", "dataset")


@require_safe
@page()
def task(request: PageRequest, key: str, task: str) -> HttpResponse:
    """Show a task, one that was put away too."""
    context = shell(request, key, "delivery")
    found = task_of(context["initiative"], task)
    may_write = request.principal.may(Power.WRITE_TASKS)
    values = {
        "task": found,
        "history": task_history(found),
        "standing": standing_of(found),
        "facts": [(name, FIELDS[name].label) for name in FACTS],
        "may_edit": may_write and not found.is_mirrored and found.deleted_at is None,
        "may_write": may_write and not found.is_mirrored,
        "today": request.principal.today,
    }
    return render(request, "kpis/tasks/task.html", context | values)


@page(Power.READ, write=Power.WRITE_TASKS)
def edit(request: PageRequest, key: str, task: str, task_field: str) -> HttpResponse:
    """Edit one field: a part of the page for its script, a page of its own without."""
    field = task_field
    if field not in FIELDS:
        raise Http404("No such field.")
    context = shell(request, key, "delivery")
    found = task_of(context["initiative"], task)
    form = TaskFieldForm(request.principal, found, field, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _answer(request, context, form, 422 if form.is_bound else 200)
    try:
        edited, undo = edit_task_undoably(
            request.principal, found, form.changes(), expected_version=form.expected_version()
        )
    except VersionConflict:
        last = last_edit_of(request.principal.workspace, "task", found.key, field)
        merge = form.merge(last) | {"theirs_word": task_words(found, field)}
        return _answer(request, context | {"merge": merge}, form, 412)
    except ValidationError as error:
        show_errors(form, error, {field: "value"})
        return _answer(request, context, form, 422)
    said = _("%(key)s: %(field)s is changed.") % {"key": edited.key, "field": form.spec.label}
    if not request.headers.get("HX-Request"):
        if undo:
            messages.success(request, said, extra_tags=undo_tag(request.principal, undo))
        return redirect(_path(context["initiative"], edited))
    context |= {"task": edited, "name": field, "today": request.principal.today, "may_edit": True}
    part = "kpis/tasks/_body.html" if field == "body" else "kpis/tasks/_cell.html"
    return render(request, part, context | {"undo": undo, "said": said})


def _answer(request: PageRequest, context: dict[str, Any], form: TaskFieldForm, status: int) -> HttpResponse:
    part = "kpis/tasks/_edit.html" if request.headers.get("HX-Request") else "kpis/tasks/edit.html"
    values = {
        "form": form,
        "task": form.task,
        "field": form.spec,
        "name": form.spec.name,
        "may_edit": request.principal.may(Power.WRITE_TASKS) and not form.task.is_mirrored,
        "today": request.principal.today,
    }
    return render(request, part, context | values, status=status)


@require_POST
@page(Power.WRITE_TASKS)
def put_away(request: PageRequest, key: str, task: str) -> HttpResponse:
    """Put a task away with `away`, bring it back without."""
    initiative = initiative_of(request.principal, key)
    found = task_of(initiative, task)
    try:
        if request.POST.get("away"):
            delete_task(request.principal, found)
            undo = reverse("kpis:task_put_away", args=[initiative.workspace.key, key, task])
            messages.success(request, _("%(key)s is put away.") % {"key": task}, extra_tags=f"undo:{undo}")
        else:
            restore_task(request.principal, found)
            messages.success(request, _("%(key)s is back.") % {"key": task})
    except ValidationError as error:
        messages.error(request, in_words(error))
    return redirect(_path(initiative, found))


def _path(initiative: Initiative, task: Task) -> str:
    return reverse("kpis:task", args=[initiative.workspace.key, initiative.key, task.key])
