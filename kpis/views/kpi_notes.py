"""Notes on a KPI's chart: a new one, and the change or removal of one that is there."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.access import kpi_of, note_of
from kpis.forms.errors import show_errors
from kpis.forms.kpi_notes import NoteForm
from kpis.services.kpi_notes import edit_note, may_change, remove_note, write_note
from kpis.views.kpi_frame import kpi_frame, url_of
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power


@require_POST
@page(Power.WRITE_READINGS)
def write(request: PageRequest, key: str) -> HttpResponse:
    """Write a note."""
    context = kpi_frame(request, key, "overview")
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            write_note(request.principal, context["kpi"], **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("The note is in the chart."))
            return redirect(url_of(context["kpi"], "kpis:kpi"))
    return render(request, "kpis/kpi/note.html", context | {"form": form, "note": None}, status=422)


@page(Power.WRITE_READINGS)
def note(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Change a note that one may change; another's can be read here."""
    context = kpi_frame(request, key, "overview")
    found = note_of(context["kpi"], public_id)
    may = may_change(request.principal, found)
    if request.method == "POST" and not may:
        raise PermissionDenied("Only whoever wrote a note changes it, and managers.")
    initial = {"day": found.day, "text": found.text}
    form = NoteForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            edit_note(request.principal, found, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, _("Changed."))
            return redirect(url_of(context["kpi"], "kpis:kpi"))
    own = {"note": found, "may_change": may}
    return render(request, "kpis/kpi/note.html", context | own | {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@page(Power.WRITE_READINGS)
def remove(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Remove a note with `removed`, bring it back without."""
    kpi = kpi_of(request.principal, key)
    removed = bool(request.POST.get("removed"))
    found = remove_note(request.principal, note_of(kpi, public_id), removed=removed)
    if removed:
        undo = url_of(kpi, "kpis:kpi_note_remove", found.public_id)
        messages.success(request, _("The note is removed."), extra_tags=f"undo:{undo}")
    else:
        messages.success(request, _("The note is back."))
    return redirect(url_of(kpi, "kpis:kpi"))
