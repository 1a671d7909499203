"""A failing check as a task, and an initiative's tasks as a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.forms.check_tasks import CheckTaskForm
from kpis.forms.errors import in_words
from kpis.selectors.checks import check_of
from kpis.selectors.snapshots import readiness_document
from kpis.services.check_tasks import open_check_task
from kpis.views.shell import page_of
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from mltrack.file_answer import file_answer
from projects.access import initiative_of
from projects.selectors.sent_tasks import chosen_tracker
from projects.selectors.tasks import FILTERS, task_rows


@require_POST
@page(Power.WRITE_TASKS)
def open_task(request: PageRequest, key: str, check: str) -> HttpResponse:
    """Open the task of a check that does not pass, with an estimate where the form has one."""
    initiative, form = initiative_of(request.principal, key), CheckTaskForm(request.POST)
    check_of(initiative, check, readiness_document(initiative))
    try:
        if not form.is_valid():
            raise ValidationError(dict(form.errors.items()))
        estimate = form.cleaned_data["estimate"]
        tracker = chosen_tracker(initiative, form.cleaned_data["tracker"])
        task, _is_new = open_check_task(request.principal, initiative, check, estimate=estimate, tracker=tracker)
        words = _("%(task)s is open, and closes when the check passes.")
        if tracker is not None:
            words = _("%(task)s is on its way to %(tracker)s.")
        messages.success(request, words % {"task": task.key, "tracker": tracker})
    except ValidationError as error:
        messages.error(request, in_words(error))
    return redirect(page_of(initiative, "kpis:initiative") + f"#check-{slugify(check)}")


@require_safe
@page()
def tasks_file(request: PageRequest, key: str) -> HttpResponseBase:
    """Answer the tasks that fit the filters as a file; the filters are those of the API."""
    initiative = initiative_of(request.principal, key)
    asked: dict[str, Any] = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    asked["open"] = request.GET.get("open") == "true"
    return file_answer(request, task_rows(initiative, asked), f"{initiative.key}-tasks")
