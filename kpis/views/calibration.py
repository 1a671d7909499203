"""How a workspace's forecasts did, and all of them as a file."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kpis.selectors.calibration import calibration_page, forecast_lines
from kpis.views.work_tabs import work_tabs
from mltrack.accounts.pages import PageRequest, page
from mltrack.file_answer import file_answer

EXAMPLE: Final = """\
curl "{origin}/api/v1/initiatives/KEY/estimates/" \\
  -H "Authorization: Bearer $MLTRACK_TOKEN" -H "Content-Type: application/json" \\
  -d '{{"check": "data.privacy", "earliest": "2027-01-11",
       "likely": "2027-01-18", "latest": "2027-02-12"}}'"""


@require_safe
@page()
def calibration(request: PageRequest) -> HttpResponse:
    """Show how forecasts did whose days have come, and those that stand."""
    values = {
        "tabs": work_tabs(request.principal.workspace.key, "forecasts"),
        "page": calibration_page(request.principal, timezone.now()),
        "example": EXAMPLE.format(origin=request.build_absolute_uri("/").rstrip("/")),
    }
    return render(request, "kpis/forecasts/calibration.html", values)


@require_safe
@page()
def forecasts_file(request: PageRequest) -> HttpResponseBase:
    """Answer every kept forecast as a file."""
    return file_answer(request, forecast_lines(request.principal), f"{request.principal.workspace.key}-forecasts")
