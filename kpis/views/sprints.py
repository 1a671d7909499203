"""Sprints: planned beside the backlog, followed day by day, rolled over at their end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kpis.forms.errors import in_words, show_errors
from kpis.forms.sprints import RollOverForm, SprintForm
from kpis.selectors.sprint_page import roll_over_of, sprint_view
from kpis.selectors.sprint_plan import Plan, next_sprint, sprint_plan
from kpis.views.delivery import TERMS, task_chips
from kpis.views.task_bulk import bulk_form
from kpis.views.work_tabs import work_tabs
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import sprint_of
from projects.models import Sprint
from projects.selectors.sprint_rows import SprintRow, sprint_rows
from projects.selectors.task_cards import sprints_to_choose
from projects.services.sprints import create_sprint, delete_sprint, edit_sprint, roll_over
from projects.services.versions import VersionConflict


@require_safe
@page()
def sprint_list(request: PageRequest) -> HttpResponse:
    """Show the backlog beside a sprint to plan, and all sprints."""
    principal, query = request.principal, request.GET.get("q", "")
    now, today = timezone.now(), principal.today
    rows = sprint_rows(principal.workspace, today)
    plan, error = _plan(request, rows, query)
    may_write = principal.may(Power.WRITE_TASKS)
    wanted = request.GET.get("sprint", "")
    context = {
        "tabs": work_tabs(principal.workspace.key, "sprints"),
        "rows": rows,
        "now": now,
        "plan": plan,
        "error": error,
        "q": query,
        "kept": {"sprint": wanted} if wanted else {},
        "whole": request.GET.get("whole", ""),
        "chips": task_chips(plan.filters, sprint=wanted),
        "terms": TERMS,
        "today": today,
        "may_write": may_write,
        "may_plan": principal.may(Power.WRITE_SPRINTS),
        "bulk": bulk_form(principal) if may_write and plan.count else None,
        "back": request.get_full_path(),
    }
    return render(request, "kpis/sprints/list.html", context)


def _plan(request: PageRequest, rows: list[SprintRow], query: str) -> tuple[Plan, str]:
    wanted, whole, today = request.GET.get("sprint", ""), request.GET.get("whole", ""), request.principal.today
    try:
        return sprint_plan(request.principal, rows, wanted, query, today, whole), ""
    except ValidationError as problem:
        return sprint_plan(request.principal, rows, wanted, "", today, whole), " ".join(problem.messages)


@page(Power.WRITE_SPRINTS)
def sprint_create(request: PageRequest) -> HttpResponse:
    """Make a sprint; the form proposes the two weeks after the last one."""
    rows = sprint_rows(request.principal.workspace, request.principal.today)
    form = SprintForm(
        request.POST if request.method == "POST" else None, initial=next_sprint(rows, request.principal.today)
    )
    if form.is_valid():
        try:
            made = create_sprint(request.principal, **form.sprint())
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("%(name)s is made. Take tasks into it.") % {"name": made.name})
            return redirect(f"/w/{request.principal.workspace.key}/sprints/?sprint={made.public_id}")
    return render(request, "kpis/sprints/form.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@page()
def sprint(request: PageRequest, public_id: str) -> HttpResponse:
    """Show one sprint: goal, burn-up, what changed since it began, its tasks."""
    principal = request.principal
    now, found = timezone.now(), sprint_of(principal, public_id)
    may_plan = principal.may(Power.WRITE_SPRINTS) and found.connection_id is None
    context = {
        "sprint": found,
        "view": sprint_view(principal, found, now),
        "now": now,
        "may_write": principal.may(Power.WRITE_TASKS),
        "may_plan": may_plan and found.closed_at is None,
        "may_delete": may_plan,
        "today": request.principal.today,
    }
    return render(request, "kpis/sprints/sprint.html", context)


@page(Power.WRITE_SPRINTS)
def sprint_edit(request: PageRequest, public_id: str) -> HttpResponse:
    """Change a sprint's name, days or goal."""
    found = sprint_of(request.principal, public_id)
    initial = {name: getattr(found, name) for name in ("name", "starts_on", "ends_on", "goal", "version")}
    form = SprintForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            version = form.cleaned_data["version"]
            edit_sprint(request.principal, found, form.sprint(), expected_version=version)
        except VersionConflict:
            form.add_error(
                None, _("Somebody changed this sprint meanwhile: look at what is there now, then save again.")
            )
            form = _with_version(form, found.version)
            status = 412
        except ValidationError as error:
            show_errors(form, error)
        else:
            return _to(found)
    return render(request, "kpis/sprints/form.html", {"form": form, "sprint": found}, status=status)


@page(Power.WRITE_SPRINTS)
def sprint_roll_over(request: PageRequest, public_id: str) -> HttpResponse:
    """Show which tasks go and where to; POST closes the sprint and takes them there."""
    principal = request.principal
    found = sprint_of(principal, public_id)
    others = [each for each in sprints_to_choose(principal.workspace) if each.pk != found.pk]
    form = RollOverForm(others, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            done = roll_over(principal, found, form.target())
        except ValidationError as error:
            show_errors(form, error)
        else:
            words = ngettext("%(n)s task went into %(to)s.", "%(n)s tasks went into %(to)s.", len(done.tasks))
            to = done.into.name if done.into else _("the backlog")
            messages.success(request, words % {"n": len(done.tasks), "to": to})
            return _to(found)
    context: dict[str, Any] = {"form": form, "sprint": found, "move": roll_over_of(principal, found)}
    return render(request, "kpis/sprints/roll_over.html", context, status=422 if form.is_bound else 200)


@require_POST
@page(Power.WRITE_SPRINTS)
def sprint_delete(request: PageRequest, public_id: str) -> HttpResponse:
    """Delete a sprint that no task was ever in."""
    found = sprint_of(request.principal, public_id)
    try:
        delete_sprint(request.principal, found)
    except ValidationError as error:
        messages.error(request, in_words(error))
        return _to(found)
    messages.success(request, _("%(name)s is deleted.") % {"name": found.name})
    return redirect("kpis:sprint_list", request.principal.workspace.key)


def _with_version(form: SprintForm, version: int) -> SprintForm:
    """Let a form overwrite what somebody wrote, now that its person is told."""
    data = form.data.copy()  # type: ignore[attr-defined]
    data["version"] = str(version)
    form.data = data
    return form


def _to(sprint: Sprint) -> HttpResponse:
    return redirect("kpis:sprint", sprint.workspace.key, sprint.public_id)
