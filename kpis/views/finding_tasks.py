"""A finding as a task."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.forms.errors import in_words
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import finding_of
from projects.services.finding_tasks import open_finding_task


@require_POST
@page(Power.WRITE_TASKS)
def open_task(request: PageRequest, finding_id: str) -> HttpResponse:
    """Open the one task of a finding."""
    found = finding_of(request.principal, finding_id)
    try:
        task, _is_new = open_finding_task(request.principal, found)
    except ValidationError as error:
        messages.error(request, in_words(error))
    else:
        messages.success(request, _("%(task)s is open, and closes when the finding does.") % {"task": task.key})
    return redirect("kpis:finding", workspace=request.principal.workspace.key, finding_id=found.public_id)
