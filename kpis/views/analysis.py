"""The portfolio as a whole: who gets how far and how fast, what stopped the others, and what to look at early."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kpis.forms.analysis import SinceForm
from kpis.scoring.filters import Filters, parse_filters
from kpis.selectors.analysis_page import analysis_page, warnings_page
from kpis.selectors.portfolio_analysis import table_lines
from kpis.selectors.portfolio_effort import by_outcome, effort_lines, efforts
from kpis.selectors.portfolio_histories import Asked, portfolio_histories
from kpis.selectors.portfolio_warnings import all_warned, soonest, warning_lines
from kpis.views.layouts import TERMS, chips_of, layouts_of
from mltrack.accounts.pages import PageRequest, page
from mltrack.file_answer import file_answer

SHORT: Final = 5
EXAMPLE: Final = """\
curl "{origin}/api/v1/initiatives/KEY/stages/" \\
  -H "Authorization: Bearer $MLTRACK_TOKEN" -H "Content-Type: application/json" \\
  -d '{{"stage": "data", "at": "2026-03-02T09:00:00Z"}}'"""


@require_safe
@page()
def analysis(request: PageRequest) -> HttpResponse:
    """Show funnel, incidence, times, reasons and effort of the initiatives that fit."""
    asked, kept, error = _asked(request)
    try:
        found = analysis_page(request.principal, asked, timezone.now())
    except ValidationError as problem:
        asked, error = Asked(Filters(), asked.since), " ".join(problem.messages)
        found = analysis_page(request.principal, asked, timezone.now())
    values = {
        "found": found,
        "asked": asked,
        "since_form": SinceForm(initial=kept),
        "example": EXAMPLE.format(origin=request.build_absolute_uri("/").rstrip("/")),
    }
    return render(request, "kpis/analysis/index.html", {**values, **_frame(request, kept, error)})


@require_safe
@page()
def warnings(request: PageRequest) -> HttpResponse:
    """Show what to look at early, by initiative; `kind` narrows it to one kind of warning."""
    query, kind, after = (request.GET.get(name, "") for name in ("q", "kind", "cursor"))
    now, error = timezone.now(), ""
    try:
        found = warnings_page(request.principal, parse_filters(query), kind, now, after=after)
    except ValidationError as problem:
        found, error = warnings_page(request.principal, Filters(), kind, now), " ".join(problem.messages)
    values = {"found": found, **_frame(request, {"kind": found.kind} if found.kind else {}, error)}
    return render(request, "kpis/analysis/warnings.html", values)


@require_safe
@page()
def first(request: PageRequest) -> HttpResponse:
    """Show the few initiatives with warnings whose target date comes first: a part of the portfolio page."""
    found = all_warned(request.principal, Filters(), timezone.now())
    values = {"soonest": soonest(found, SHORT), "total": len(found)}
    part = "_first" if request.headers.get("HX-Request") else "first"
    return render(request, f"kpis/analysis/{part}.html", values)


@require_safe
@page()
def effort(request: PageRequest) -> HttpResponse:
    """Show what initiatives took, by what became of them: a part of the page, as counting grows with the runs."""
    found = efforts(portfolio_histories(request.principal, _sound(request), timezone.now()))
    part = "_effort" if request.headers.get("HX-Request") else "effort"
    return render(request, f"kpis/analysis/{part}.html", {"efforts": by_outcome(found)})


@require_safe
@page()
def funnel_file(request: PageRequest) -> HttpResponseBase:
    """Answer the funnel as a file."""
    return _table(request, "funnel")


@require_safe
@page()
def reasons_file(request: PageRequest) -> HttpResponseBase:
    """Answer why initiatives stopped as a file."""
    return _table(request, "reasons")


@require_safe
@page()
def incidence_file(request: PageRequest) -> HttpResponseBase:
    """Answer every step of the curve as a file."""
    return _table(request, "incidence")


@require_safe
@page()
def stage_times_file(request: PageRequest) -> HttpResponseBase:
    """Answer how long stages take as a file."""
    return _table(request, "stage-times")


@require_safe
@page()
def effort_file(request: PageRequest) -> HttpResponseBase:
    """Answer what each initiative took as a file."""
    found = portfolio_histories(request.principal, _sound(request), timezone.now())
    return file_answer(request, effort_lines(found), f"{request.principal.workspace.key}-effort")


@require_safe
@page()
def warnings_file(request: PageRequest) -> HttpResponseBase:
    """Answer all warnings as a file."""
    rows = warning_lines(request.principal, _sound(request).filters, timezone.now())
    return file_answer(request, rows, f"{request.principal.workspace.key}-warnings")


def _table(request: PageRequest, table: str) -> HttpResponseBase:
    rows = table_lines(table, request.principal, _sound(request), timezone.now())
    return file_answer(request, rows, f"{request.principal.workspace.key}-{table}")


def _asked(request: PageRequest) -> tuple[Asked, dict[str, str], str]:
    """Return what is asked for, what of it is kept in links beside the filter, and what was not understood."""
    form = SinceForm(request.GET)
    since: date | None = form.cleaned_data["since"] if form.is_valid() else None
    error = "" if form.is_valid() else " ".join(map(str, form.errors["since"]))
    kept = {"since": since.isoformat()} if since else {}
    return Asked(parse_filters(request.GET.get("q", "")), since), kept, error


def _sound(request: PageRequest) -> Asked:
    """Return what a file is asked to be of; a filter that is not understood is none, as on the page."""
    asked, _, _ = _asked(request)
    return Asked(Filters(), asked.since) if asked.filters.errors else asked


def _frame(request: PageRequest, kept: dict[str, str], error: str) -> dict[str, Any]:
    query = request.GET.get("q", "")
    return {
        "q": query,
        "error": error,
        "kept": kept,
        "terms": TERMS,
        "chips": chips_of(parse_filters(query), **kept),
        "layouts": layouts_of(request.principal.workspace.key, query, "analysis"),
    }
