"""Where an initiative's observations are asked for: the list with its health, a question tried and kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.forms.errors import show_errors
from kpis.forms.observation_sources import ObservationSourceForm
from kpis.selectors.kpi_sources import reading_connections
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.access import initiative_of, observation_source_of
from projects.selectors.observation_sources import observation_source_rows
from projects.services.asking import Preview
from projects.services.observation_sources import add_source, pause_source, remove_source, sync_source
from projects.services.observation_trials import preview_source

WRITE = Power.WRITE_CONNECTIONS
PAGE = "kpis:observing"


@page(Power.READ, write=WRITE)
def sources(request: PageRequest, key: str) -> HttpResponse:
    """Show the sources; POST tries one, and keeps it with `save`."""
    context = shell(request, key, "data")
    initiative = context["initiative"]
    if request.method != "POST":
        return _show(request, context)
    form = ObservationSourceForm(request.POST, connections=reading_connections(request.principal.workspace))
    preview = None
    if form.is_valid():
        try:
            if "save" in request.POST:
                made = add_source(request.principal, initiative, form.asked(), form.given())
                messages.success(request, _("%(name)s is kept.") % {"name": made.name})
                return redirect(page_of(initiative, PAGE))
            preview = preview_source(initiative, form.asked(), form.given())
        except ValidationError as error:
            show_errors(form, error, {"options": "time_column"})
    return _show(request, context, form=form, preview=preview, status=200 if preview else 422)


@require_POST
@page(WRITE)
def sync(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Ask for a pull now, or with `whole` for everything again."""
    initiative = initiative_of(request.principal, key)
    sync_source(request.principal, observation_source_of(initiative, public_id), whole="whole" in request.POST)
    messages.success(request, _("Asked for. A worker reads it within seconds."))
    return redirect(page_of(initiative, PAGE))


@require_POST
@page(WRITE)
def pause(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Pause a source with `paused=1`, else take it up again: asked twice it stays as it was asked for."""
    initiative = initiative_of(request.principal, key)
    source = observation_source_of(initiative, public_id)
    pause_source(request.principal, source, paused=request.POST.get("paused") == "1")
    return redirect(page_of(initiative, PAGE))


@require_POST
@page(WRITE)
def remove(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Forget a source; its observations stay."""
    initiative = initiative_of(request.principal, key)
    source = observation_source_of(initiative, public_id)
    remove_source(request.principal, source)
    messages.success(request, _("%(name)s is removed; its observations stay.") % {"name": source.name})
    return redirect(page_of(initiative, PAGE))


def _show(
    request: PageRequest,
    context: dict[str, Any],
    form: ObservationSourceForm | None = None,
    preview: Preview | None = None,
    status: int = 200,
) -> HttpResponse:
    may_connect = request.principal.may(WRITE)
    if form is None and may_connect:
        form = ObservationSourceForm(connections=reading_connections(request.principal.workspace))
    values = {
        "rows": observation_source_rows(context["initiative"]),
        "form": form if may_connect else None,
        "preview": preview,
        "may_connect": may_connect,
    }
    return render(request, "kpis/observing/index.html", context | values, status=status)
