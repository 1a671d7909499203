"""The portfolio: every initiative with its verdict, as a table or a board by stage."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kpis.scoring.filters import Filters, parse_filters
from kpis.selectors.news import judged_since
from kpis.selectors.portfolio import ROWS, Portfolio, PortfolioRow, portfolio
from kpis.selectors.portfolio_files import portfolio_lines
from kpis.views.layouts import TERMS, chips_of, elsewhere_of, layouts_of
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from mltrack.accounts.services.workspaces import note_visit
from mltrack.file_answer import file_answer
from projects.access import initiative_of
from projects.models.initiatives import Stage
from projects.services.initiatives import change_stage

EXAMPLE: Final = """curl "$MLTRACK_URL/api/v1/initiatives/" \\
  -H "Authorization: Bearer $MLTRACK_TOKEN" -H "Content-Type: application/json" \\
  -d '{"name": "Customer churn"}'"""
CARDS: Final = 500


@require_safe
@page()
def index(request: PageRequest) -> HttpResponse:
    """Show the initiatives that fit the filter."""
    note_visit(request.principal)
    query, asked = request.GET.get("q", ""), request.GET.get("layout", "table")
    if elsewhere := elsewhere_of(request.principal.workspace.key, query, asked):
        return redirect(elsewhere)
    layout = "board" if asked == "board" else "table"
    limit = CARDS if layout == "board" else ROWS
    try:
        found, error = portfolio(request.principal, query, limit=limit, after=request.GET.get("cursor", "")), ""
    except ValidationError as problem:
        found, error = portfolio(request.principal), " ".join(problem.messages)
    context = {
        "found": found,
        "error": error,
        "q": query,
        "cursor": request.GET.get("cursor", ""),
        "layout": layout,
        "layouts": layouts_of(request.principal.workspace.key, query, layout),
        "chips": chips_of(found.filters, layout=layout),
        "terms": TERMS,
        "columns": _columns(found) if layout == "board" else [],
        "may_create": request.principal.may(Power.WRITE_INITIATIVES),
        "now": timezone.now(),
        "example": EXAMPLE,
    }
    return render(request, "kpis/portfolio/index.html", context)


@require_safe
@page()
def portfolio_file(request: PageRequest) -> HttpResponseBase:
    """Answer every initiative that fits the filter as a file; one that is not understood is none, as on the page."""
    filters = parse_filters(request.GET.get("q", ""))
    try:
        rows = portfolio_lines(request.principal, filters)
    except ValidationError:
        rows = portfolio_lines(request.principal, Filters())
    return file_answer(request, rows, f"{request.principal.workspace.key}-portfolio")


@require_safe
@page()
def changes(request: PageRequest) -> HttpResponse:
    """Say how many initiatives were judged anew since a moment, for the bar "3 updates, show"."""
    since = parse_datetime(request.GET.get("since", ""))
    count = judged_since(request.principal.workspace, since) if since is not None and since.tzinfo else 0
    return JsonResponse({"count": count})


@require_POST
@page(Power.WRITE_INITIATIVES)
def move(request: PageRequest, key: str) -> HttpResponse:
    """Move an initiative to another stage, then back to the board as it was: same filter, same cards."""
    principal, stage = request.principal, request.POST.get("to", "")
    initiative = initiative_of(principal, key)
    try:
        if stage != initiative.stage:
            change_stage(principal, initiative, stage=stage)
            messages.success(request, _("%(key)s is in %(stage)s now.") % {"key": key, "stage": Stage(stage).label})
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    shown = {name: request.POST[name] for name in ("q", "cursor") if request.POST.get(name)}
    return redirect(f"/w/{principal.workspace.key}/?" + urlencode({**shown, "layout": "board"}))


def _columns(found: Portfolio) -> list[tuple[str, str, list[PortfolioRow]]]:
    """Return (stage, its word, its rows) for each stage, in their order."""
    return [
        (stage.value, str(stage.label), [row for row in found.rows if row.initiative.stage == stage.value])
        for stage in Stage
    ]
