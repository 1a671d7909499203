"""A KPI's readings: one by a form, many by a paste, all of them back as a file."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.access import kpi_of
from kpis.forms.errors import show_errors
from kpis.forms.readings import PasteForm, ReadingForm
from kpis.models import KPI
from kpis.scoring.calendar.units import UNITS, Unit
from kpis.selectors.period_table import period_rows
from kpis.selectors.periods import unit_of
from kpis.selectors.readings import reading_rows, readings_page
from kpis.services.readings import Counts, record_csv, record_readings
from kpis.views.kpi_frame import kpi_frame, url_of
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from mltrack.file_answer import file_answer

EXAMPLE = """curl "$MLTRACK_URL/api/v1/kpis/{key}/readings/batch/" \\
  -H "Authorization: Bearer $MLTRACK_TOKEN" -H "Content-Type: application/json" \\
  -d '{{"times": ["2026-11-09", "2026-11-16"], "values": [8.2, 7.9]}}'"""
FIELDS = {"readings/0/time": "time", "readings/0/value": "value", "readings/0/segment": "segment"}


@page(Power.READ, write=Power.WRITE_READINGS)
def readings(request: PageRequest, key: str) -> HttpResponse:
    """Show the readings; POST records one."""
    context = kpi_frame(request, key, "readings")
    if request.method != "POST":
        return _show(request, context)
    form = ReadingForm(request.POST)
    if form.is_valid():
        try:
            counts = record_readings(context["kpi"], [form.reading()], request.principal)
        except ValidationError as error:
            show_errors(form, error, FIELDS)
        else:
            return _recorded(request, context["kpi"], counts)
    return _show(request, context, one=form, status=422)


@require_POST
@page(Power.WRITE_READINGS)
def paste(request: PageRequest, key: str) -> HttpResponse:
    """Record pasted lines, all of them or, where one is wrong, none."""
    context = kpi_frame(request, key, "readings")
    form = PasteForm(request.POST)
    problems: list[tuple[str, str]] = []
    if form.is_valid():
        try:
            counts = record_csv(context["kpi"], form.cleaned_data["lines"], request.principal)
        except ValidationError as error:
            problems = [(place, " ".join(texts)) for place, texts in error.message_dict.items()]
        else:
            return _recorded(request, context["kpi"], counts)
    return _show(request, context, many=form, problems=problems, status=422)


def _recorded(request: PageRequest, kpi: KPI, counts: Counts) -> HttpResponse:
    words = _("%(created)d new, %(updated)d changed, %(unchanged)d as before.")
    values = {"created": counts.created, "updated": counts.updated, "unchanged": counts.unchanged}
    messages.success(request, words % values)
    return redirect(url_of(kpi, "kpis:kpi_readings"))


def _show(
    request: PageRequest,
    context: dict[str, Any],
    one: ReadingForm | None = None,
    many: PasteForm | None = None,
    problems: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    kpi, segment = context["kpi"], request.GET.get("segment")
    values = {
        "found": readings_page(kpi, segment, request.GET.get("cursor", "")),
        "segment": segment,
        "one": one or ReadingForm(),
        "many": many or PasteForm(),
        "problems": problems or [],
        "example": EXAMPLE.format(key=kpi.key),
    }
    return render(request, "kpis/kpi/readings.html", context | values, status=status)


@require_safe
@page()
def export_file(request: PageRequest, key: str) -> HttpResponseBase:
    """Answer every reading, oldest first, in the order that a paste takes."""
    kpi = kpi_of(request.principal, key)
    return file_answer(request, chain([("time", "value", "segment")], reading_rows(kpi)), f"{kpi.key}-readings")


@require_safe
@page()
def periods_file(request: PageRequest, key: str) -> HttpResponseBase:
    """Answer every segment's values by period, gaps included; `by` names the period, else the KPI's own."""
    kpi = kpi_of(request.principal, key)
    by: Unit = next((each for each in UNITS if each == request.GET.get("by")), unit_of(kpi))
    head = [("segment", "start", "period", "value", "readings")]
    return file_answer(request, chain(head, period_rows(kpi, by)), f"{kpi.key}-by-{by}")
