"""A workspace's data: taken away as a file, or away for good."""

from __future__ import annotations

import tempfile

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.forms.errors import show_errors
from kpis.forms.workspace import DeleteForm
from kpis.services.portability import delete_workspace, export_workspace
from kpis.services.sample import bring_back_sample
from kpis.services.sample_removal import remove_sample
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power

IN_MEMORY = 8_000_000


@require_safe
@page(Power.ADMINISTER)
def data(request: PageRequest) -> HttpResponse:
    """Offer the export and the deletion."""
    return _show(request, DeleteForm())


def _show(request: PageRequest, form: DeleteForm, status: int = 200) -> HttpResponse:
    return render(request, "kpis/workspace/data.html", {"form": form, "tab": "data"}, status=status)


@require_POST
@page(Power.ADMINISTER)
def export(request: PageRequest) -> FileResponse:
    """Answer everything of the workspace as a ZIP of JSON lines."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (the response closes it)
    export_workspace(request.principal, file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{request.principal.workspace.key}.zip")


@require_POST
@page(Power.ADMINISTER)
def delete(request: PageRequest) -> HttpResponse:
    """Delete the workspace, once its name was typed."""
    form = DeleteForm(request.POST)
    if form.is_valid():
        name = request.principal.workspace.name
        try:
            delete_workspace(request.principal, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("%(name)s is deleted.") % {"name": name})
            return redirect("home")
    return _show(request, form, 422)


@require_POST
@page(Power.ADMINISTER)
def sample_remove(request: PageRequest) -> HttpResponse:
    """Take the sample stories out; what people added stays."""
    gone = remove_sample(request.principal)
    words = _("The sample is gone: %(initiatives)d initiatives and %(kpis)d KPIs.")
    undo = reverse("kpis:sample_restore", args=[request.principal.workspace.key])
    tags = f"undo:{undo}" if gone.initiatives else ""
    messages.success(request, words % {"initiatives": gone.initiatives, "kpis": gone.kpis}, extra_tags=tags)
    return redirect("kpis:portfolio", workspace=request.principal.workspace.key)


@require_POST
@page(Power.ADMINISTER)
def sample_restore(request: PageRequest) -> HttpResponse:
    """Undo the removal: the stories are told anew."""
    told = bring_back_sample(request.principal)
    messages.success(request, _("The sample is as it was at first: %(n)d initiatives came back.") % {"n": told})
    return redirect("kpis:portfolio", workspace=request.principal.workspace.key)
