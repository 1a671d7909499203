"""An initiative on one sheet, for readers who know nothing of models."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kpis.selectors.initiative_report import initiative_report
from kpis.views.shell import crumbs_of, page_of
from mltrack.accounts.pages import PageRequest, page
from projects.access import initiative_of


@require_safe
@page()
def report(request: PageRequest, key: str) -> HttpResponse:
    """Show the report of an initiative."""
    initiative = initiative_of(request.principal, key)
    here = {"label": initiative.key, "url": page_of(initiative, "kpis:initiative")}
    found = initiative_report(request.principal, initiative, timezone.now())
    values = {"initiative": initiative, "report": found, "crumbs": [*crumbs_of(initiative), here]}
    return render(request, "kpis/initiative/report.html", values)
