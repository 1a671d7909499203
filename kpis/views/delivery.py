"""The delivery tab: an initiative's tasks, added with one line and edited where they stand."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from kpis.forms.errors import show_errors
from kpis.forms.tasks import TaskForm
from kpis.scoring.filters import TASK_VALUES, Filters
from kpis.selectors.task_board import initiative_tasks
from kpis.views.shell import page_of, shell
from kpis.views.task_bulk import bulk_form
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.services.tasks import create_task

WAYS: Final = (("status", _("By status")), ("sprint", _("By sprint")))
TERMS: Final = [
    *(f"{word}:{value}" for word, values in TASK_VALUES.items() for value in values),
    *("assignee:@me", "assignee:none", "sprint:none"),
]


@page(Power.READ, write=Power.WRITE_TASKS)
def delivery(request: PageRequest, key: str) -> HttpResponse:
    """Show the tasks that fit the filter; POST adds one and stays: its script gets the list anew."""
    context = shell(request, key, "delivery")
    initiative = context["initiative"]
    form = TaskForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            create_task(request.principal, initiative, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
    scripted = bool(request.headers.get("HX-Request"))
    if form.is_bound and form.errors and scripted:
        return render(request, "kpis/delivery/_add.html", context | {"form": form}, status=422)
    if form.is_bound and not form.errors and not scripted:
        return redirect(f"{page_of(initiative, 'kpis:delivery')}?{request.GET.urlencode()}")
    values = _values(request, context)
    part = "kpis/delivery/_tasks.html" if form.is_bound and scripted else "kpis/delivery/index.html"
    return render(request, part, context | values | {"form": form}, status=422 if form.errors else 200)


def _values(request: PageRequest, context: dict[str, Any]) -> dict[str, Any]:
    principal, query = request.principal, request.GET.get("q", "")
    by = "sprint" if request.GET.get("by") == "sprint" else "status"
    now, error = timezone.now(), ""
    try:
        found = initiative_tasks(principal, context["initiative"], query, by=by, now=now)
    except ValidationError as problem:
        found = initiative_tasks(principal, context["initiative"], "", by=by, now=now)
        error = " ".join(problem.messages)
    may_write = principal.may(Power.WRITE_TASKS)
    return {
        "found": found,
        "error": error,
        "q": query,
        "by": by,
        "kept_by": {"by": by},
        "ways": _ways(query, by),
        "chips": task_chips(found.filters, by=by),
        "terms": TERMS,
        "now": now,
        "today": principal.today,
        "may_write": may_write,
        "bulk": bulk_form(principal) if may_write and found.count else None,
        "back": request.get_full_path(),
    }


def _ways(query: str, by: str) -> list[dict[str, Any]]:
    kept = {"q": query} if query else {}
    return [
        {"label": label, "url": "?" + urlencode({**kept, "by": name}), "current": name == by} for name, label in WAYS
    ]


def task_chips(filters: Filters, **kept: str) -> list[dict[str, str]]:
    """Return the words of a filter, each with the address without it; `kept` are the other parameters."""
    others = {name: value for name, value in kept.items() if value}
    return [
        {"label": term.text, "url": "?" + urlencode({"q": filters.without(term), **others})} for term in filters.terms
    ]
