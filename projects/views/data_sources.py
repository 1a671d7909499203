"""The register of sources, one source, and the planned stops."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from mltrack.file_answer import file_answer
from projects.access import data_source_of, stop_of
from projects.selectors.observations import one_source, source_list, stop_list
from projects.selectors.source_page import members_of, source_lines, stop_lines
from projects.services.data_sources import create_source, edit_source
from projects.services.planned_stops import plan_stop, withdraw_stop
from projects.source_forms import SourceEditForm, SourceForm, StopForm

WRITE = Power.WRITE_INITIATIVES
MOST_STOPS = 200


@page(Power.READ, write=WRITE)
def source_register(request: PageRequest) -> HttpResponse:
    """Show the sources and the planned stops; POST enters a source."""
    form = SourceForm(members_of(request.principal.workspace), request.POST or None)
    if form.is_valid():
        try:
            made = create_source(request.principal, **form.source())
        except ValidationError as error:
            _say(form, error)
        else:
            messages.success(request, _("The source is entered."))
            return redirect("projects:source", workspace=request.principal.workspace.key, source_key=made.key)
    return _register(request, form, _stop_form(request))


@require_POST
@page(WRITE)
def stop_create(request: PageRequest) -> HttpResponse:
    """Plan a stop."""
    form = _stop_form(request, request.POST)
    if form.is_valid():
        try:
            plan_stop(request.principal, **form.stop())
        except ValidationError as error:
            _say(form, error)
        else:
            messages.success(request, _("The stop is planned."))
            return redirect("projects:source_register", workspace=request.principal.workspace.key)
    return _register(request, SourceForm(members_of(request.principal.workspace)), form)


@require_POST
@page(WRITE)
def stop_withdraw(request: PageRequest, stop_id: str) -> HttpResponse:
    """Withdraw a planned stop."""
    withdraw_stop(request.principal, stop_of(request.principal, stop_id))
    messages.success(request, _("The stop is withdrawn."))
    return redirect("projects:source_register", workspace=request.principal.workspace.key)


@page(Power.READ, write=WRITE)
def source(request: PageRequest, source_key: str) -> HttpResponse:
    """Show a source and what it feeds; POST changes it."""
    found = one_source(data_source_of(request.principal, source_key))
    members = members_of(request.principal.workspace)
    form = SourceEditForm(members, request.POST or None, initial=SourceEditForm.initial_of(found))
    if form.is_valid():
        try:
            edit_source(request.principal, found, form.source())
        except ValidationError as error:
            _say(form, error)
        else:
            messages.success(request, _("The source is changed."))
            return redirect("projects:source", workspace=request.principal.workspace.key, source_key=found.key)
    values = {"source": found, "form": form, "may_write": request.principal.may(WRITE)}
    return render(request, "projects/sources/source.html", values, status=422 if form.errors else 200)


@require_safe
@page()
def sources_file(request: PageRequest) -> HttpResponseBase:
    """Answer every source with what it feeds as a file."""
    return file_answer(request, source_lines(request.principal), "data-sources")


@require_safe
@page()
def stops_file(request: PageRequest) -> HttpResponseBase:
    """Answer every planned stop as a file, withdrawn ones too."""
    return file_answer(request, stop_lines(request.principal), "planned-stops")


def _stop_form(request: PageRequest, data: Any = None) -> StopForm:
    return StopForm(request.principal.workspace, source_list(request.principal, {}), data)


def _register(request: PageRequest, form: SourceForm, stop_form: StopForm) -> HttpResponse:
    stops = stop_list(request.principal, {}).order_by("-first_day", "-pk")
    values = {
        "sources": source_list(request.principal, {}).order_by("key"),
        "archived": source_list(request.principal, {"archived": True}).order_by("key"),
        "stops": stops[:MOST_STOPS],
        "form": form,
        "stop_form": stop_form,
        "may_write": request.principal.may(WRITE),
    }
    status = 422 if form.errors or stop_form.errors else 200
    return render(request, "projects/sources/register.html", values, status=status)


def _say(form: forms.Form, error: ValidationError) -> None:
    """Show what the service refuses at the fields of the form."""
    for name, found in error.error_dict.items():
        shown = "feeds" if name == "features" else name
        form.add_error(shown if shown in form.fields else None, found)
