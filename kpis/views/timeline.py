"""The timeline of initiatives: stages, releases, target dates and forecasts, with the sprints above them."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kpis.scoring.filters import parse_filters
from kpis.scoring.timeline import SPANS, Span, Window, window_of
from kpis.selectors.timeline import timeline, timeline_lines
from kpis.views.layouts import filtered, layouts_of
from mltrack.accounts.pages import PageRequest, page
from mltrack.file_answer import file_answer
from mltrack.periods import FIRST_YEAR, LAST_YEAR

NAMES: Final = {"quarter": gettext_lazy("Quarter"), "half": gettext_lazy("Half-year"), "year": gettext_lazy("Year")}


@require_safe
@page()
def index(request: PageRequest) -> HttpResponse:
    """Show a quarter, half-year or year; `from` is its first month, by default one around today."""
    query, after, today = request.GET.get("q", ""), request.GET.get("cursor", ""), request.principal.today
    window = _window(request.GET, today)
    found, bar = filtered(
        query,
        lambda filters: timeline(request.principal, filters, window, today, after=after),
        **{"span": window.span, "from": f"{window.start:%Y-%m}"},
    )
    context = {
        "found": found,
        "layouts": layouts_of(request.principal.workspace.key, query, "timeline"),
        "window": window,
        "today": window.place(today) if window.holds(today) else None,
        "months": [(each, window.place(each)) for each in window.months()],
        **_ways(window, query),
        **bar,
    }
    return render(request, "kpis/timeline/index.html", context)


@require_safe
@page()
def timeline_file(request: PageRequest) -> HttpResponseBase:
    """Answer what the timeline tells of every initiative that fits `q` as a file."""
    today = request.principal.today
    filters = parse_filters(request.GET.get("q", ""))
    try:
        lines = timeline_lines(request.principal, filters, _window(request.GET, today), today)
    except ValidationError as problem:
        return HttpResponseBadRequest(" ".join(problem.messages), content_type="text/plain; charset=utf-8")
    return file_answer(request, lines, f"{request.principal.workspace.key}-timeline")


def _window(asked: QueryDict, today: date) -> Window:
    """Return the span and first month that are asked for, by default half a year around today."""
    wanted = asked.get("span", "half")
    span: Span = wanted if wanted in SPANS else "half"  # type: ignore[assignment]
    return window_of(span, _month(asked.get("from", "")), today)


def _ways(window: Window, query: str) -> dict[str, Any]:
    """Return the addresses of the other spans and of the windows beside this one."""
    words = {"q": query} if query else {}

    def address(span: str, **first: str) -> str:
        return "?" + urlencode({**words, "span": span, **first})

    return {
        "spans": [
            {"label": name, "url": address(span), "current": span == window.span} for span, name in NAMES.items()
        ],
        "earlier": address(window.span, **{"from": f"{window.moved(-1):%Y-%m}"}),
        "later": address(window.span, **{"from": f"{window.moved(1):%Y-%m}"}),
        "now_url": address(window.span),
    }


def _month(text: str) -> date | None:
    """Return the first day of a month as 2026-10, None for what is no month or lies beyond what is known here."""
    year, _, month = text.partition("-")
    if not (len(text) == 7 and year.isdecimal() and month.isdecimal() and text.isascii()):
        return None
    known = FIRST_YEAR < int(year) < LAST_YEAR and 1 <= int(month) <= 12
    return date(int(year), int(month), 1) if known else None
