"""The hand-over of an initiative's candidate into production, for the screen and for paper."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kpis.selectors.handover import handover as handover_of
from kpis.views.shell import shell
from mltrack.accounts.pages import PageRequest, page


@require_safe
@page()
def handover(request: PageRequest, key: str) -> HttpResponse:
    """Show what is carried over, what changes, what is missing, and who owns it."""
    context = shell(request, key, "production")
    found = handover_of(context["initiative"], context["header"].document)
    return render(request, "kpis/handover/index.html", context | {"page": found})
