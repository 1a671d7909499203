"""Runs beside each other: what differs between them, and by how much."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kpis.selectors.run_compare import compared
from kpis.selectors.run_targets import aims_of
from kpis.views.shell import page_of, shell
from mltrack.accounts.pages import PageRequest, page


@require_safe
@page()
def run_compare(request: PageRequest, key: str) -> HttpResponse:
    """Show two to six runs named by `run`; with `all`, what they share as well."""
    context = shell(request, key, "runs")
    initiative = context["initiative"]
    found = compared(initiative, request.GET.getlist("run"), aims_of(initiative))
    if found is None:
        messages.error(request, _("Select two to six runs of this initiative to compare them."))
        return redirect(page_of(initiative, "kpis:runs"))
    show_all = bool(request.GET.get("all"))
    back = {"label": _("Runs"), "url": page_of(initiative, "kpis:runs")}
    here = {"label": initiative.key, "url": page_of(initiative, "kpis:initiative")}
    values = {
        "compared": found,
        "columns": list(zip(found.runs, found.judged, strict=True)),
        "show_all": show_all,
        "params": [row for row in found.params if show_all or row.differs],
        "datasets": [row for row in found.datasets if show_all or row.differs],
        "crumbs": [*context["crumbs"], here, back],
    }
    return render(request, "kpis/runs/compare.html", context | values)
