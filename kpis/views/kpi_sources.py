"""Where a KPI's readings come from: the list with its health, a question tried and kept, files by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kpis.access import kpi_of, source_of
from kpis.forms.errors import in_words, show_errors
from kpis.forms.kpi_sources import SourceFileForm, SourceForm
from kpis.selectors.kpi_sources import newest_corrections, reading_connections, source_rows
from kpis.services.kpi_sources import (
    add_source,
    pause_source,
    preview_upload,
    record_upload,
    remove_source,
    sync_source,
)
from kpis.services.source_trials import preview_source
from kpis.views.kpi_frame import kpi_frame, url_of
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from projects.services.asking import Preview

WRITE = Power.WRITE_CONNECTIONS


@page(Power.READ, write=WRITE)
def sources(request: PageRequest, key: str) -> HttpResponse:
    """Show the sources; POST tries one, and keeps it with `save`."""
    context = kpi_frame(request, key, "sources")
    if request.method != "POST":
        return _show(request, context)
    form, preview = SourceForm(request.POST, connections=reading_connections(context["kpi"].workspace)), None
    if form.is_valid():
        kind, connection = form.asked()
        try:
            if "save" in request.POST or connection is None:
                made = add_source(request.principal, context["kpi"], kind, connection, form.given())
                messages.success(request, _("%(name)s is kept.") % {"name": made.name})
                return redirect(url_of(context["kpi"], "kpis:kpi_sources"))
            preview = preview_source(context["kpi"], kind, connection, form.given())
        except ValidationError as error:
            show_errors(form, error, {"options": "time_column"})
    return _show(request, context, form=form, preview=preview, status=200 if preview else 422)


@require_POST
@page(WRITE)
def sync(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Ask for a pull now, or with `whole` for everything again."""
    kpi = kpi_of(request.principal, key)
    try:
        sync_source(request.principal, source_of(kpi, public_id), whole="whole" in request.POST)
    except ValidationError as error:
        messages.error(request, in_words(error))
    else:
        messages.success(request, _("Asked for. A worker reads it within seconds."))
    return redirect(url_of(kpi, "kpis:kpi_sources"))


@require_POST
@page(WRITE)
def pause(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Pause a source with `paused=1`, else take it up again: asked twice it stays as it was asked for."""
    kpi = kpi_of(request.principal, key)
    source = source_of(kpi, public_id)
    pause_source(request.principal, source, paused=request.POST.get("paused") == "1")
    return redirect(url_of(kpi, "kpis:kpi_sources"))


@require_POST
@page(WRITE)
def remove(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Forget a source; its readings stay."""
    kpi = kpi_of(request.principal, key)
    source = source_of(kpi, public_id)
    remove_source(request.principal, source)
    messages.success(request, _("%(name)s is removed; its readings stay.") % {"name": source.name})
    return redirect(url_of(kpi, "kpis:kpi_sources"))


@require_POST
@page(Power.WRITE_READINGS)
def upload(request: PageRequest, key: str, public_id: str) -> HttpResponse:
    """Record a file, or with `try` show what it holds."""
    context = kpi_frame(request, key, "sources")
    source = source_of(context["kpi"], public_id)
    form = SourceFileForm(request.POST, request.FILES, auto_id="file_%s")
    problems: list[tuple[str, str]] = []
    preview = None
    if form.is_valid():
        try:
            if "try" in request.POST:
                preview = preview_upload(source, form.content())
            else:
                counts = record_upload(request.principal, source, form.content())
                words = _("%(created)d new, %(updated)d changed, %(unchanged)d as before.")
                told = {"created": counts.created, "updated": counts.updated, "unchanged": counts.unchanged}
                messages.success(request, words % told)
                return redirect(url_of(context["kpi"], "kpis:kpi_sources"))
        except ValidationError as error:
            problems = [(place, " ".join(texts)) for place, texts in error.message_dict.items()]
    shown = {"file_form": form, "file_of": source.public_id, "problems": problems}
    return _show(request, context | shown, preview=preview, status=200 if preview else 422)


def _show(
    request: PageRequest,
    context: dict[str, Any],
    form: SourceForm | None = None,
    preview: Preview | None = None,
    status: int = 200,
) -> HttpResponse:
    kpi = context["kpi"]
    may_write = request.principal.may(WRITE)
    if form is None and may_write:
        form = SourceForm(connections=reading_connections(kpi.workspace))
    values: dict[str, Any] = {
        "rows": source_rows(kpi),
        "corrections": newest_corrections(kpi),
        "form": form if may_write else None,
        "preview": preview,
        "may_connect": may_write,
    }
    asked = context.get("file_of") or request.GET.get("upload", "")
    uploads = [row.source for row in values["rows"] if row.is_upload and row.source.public_id == asked]
    given = {"file_form": SourceFileForm(auto_id="file_%s"), "file_source": uploads[0] if uploads else None}
    return render(request, "kpis/sources/index.html", given | context | values, status=status)
