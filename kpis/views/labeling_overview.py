"""The labels of all initiatives on one page, and as files."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kpis.selectors.label_datasets import dataset_label_lines
from kpis.selectors.labeling_overview import labeling_overview, overview_lines
from mltrack.accounts.pages import PageRequest, page
from mltrack.file_answer import file_answer
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
def overview_file(request: PageRequest) -> HttpResponseBase:
    """Answer the whole overview as a file."""
    rows = overview_lines(request.principal, timezone.now())
    return file_answer(request, rows, f"{request.principal.workspace.key}-labeling")


@require_safe
@page()
def snapshots_file(request: PageRequest, key: str) -> HttpResponseBase:
    """Answer an initiative's labeling snapshots as a file, a row for each class where classes were told."""
    initiative = initiative_of(request.principal, key)
    return file_answer(request, snapshot_lines(initiative), f"{initiative.key}-labeling")


@require_safe
@page()
def datasets_file(request: PageRequest, key: str) -> HttpResponseBase:
    """Answer how far the labels of each dataset version are as a file, a row for each class."""
    initiative = initiative_of(request.principal, key)
    return file_answer(request, dataset_label_lines(initiative), f"{initiative.key}-labels-by-dataset")
