"""The labels of all initiatives on one page, and as files."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kpis.selectors.labeling_overview import labeling_overview, overview_lines
from mltrack.accounts.pages import PageRequest, page
from mltrack.csv_answer import csv_answer
from projects.access import initiative_of
from projects.selectors.labeling import snapshot_lines


@require_safe
@page()
def overview(request: PageRequest) -> HttpResponse:
    """Show the initiatives of whose labels something is known or wanted."""
    found = labeling_overview(request.principal, timezone.now(), after=request.GET.get("cursor", ""))
    return render(request, "kpis/labeling/overview.html", {"found": found})


@require_safe
@page()
def overview_csv(request: PageRequest) -> HttpResponseBase:
    """Answer the whole overview as a file."""
    rows = overview_lines(request.principal, timezone.now())
    return csv_answer(rows, f"{request.principal.workspace.key}-labeling.csv")


@require_safe
@page()
def snapshots_csv(request: PageRequest, key: str) -> HttpResponseBase:
    """Answer an initiative's labeling snapshots as a file, a row for each class where classes were told."""
    initiative = initiative_of(request.principal, key)
    return csv_answer(snapshot_lines(initiative), f"{initiative.key}-labeling.csv")
