"""The ways to look at the portfolio: table, board, timeline, as a whole, in words; and the filter that they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from kpis.scoring.filters import VALUES, Filters, parse_filters

Found = TypeVar("Found")
LAYOUTS: Final = (
    ("table", gettext_lazy("Table"), "kpis:portfolio"),
    ("board", gettext_lazy("Board"), "kpis:portfolio"),
    ("timeline", gettext_lazy("Timeline"), "kpis:timeline"),
    ("analysis", gettext_lazy("Analysis"), "kpis:analysis"),
    ("updates", gettext_lazy("Updates"), "kpis:updates"),
)
TERMS: Final = [*(f"{word}:{value}" for word, values in VALUES.items() for value in values), "owner:@me"]


def layouts_of(workspace: str, query: str, current: str) -> list[dict[str, Any]]:
    """Return the tabs of the layouts, which keep the filter."""
    kept = {"q": query} if query else {}
    return [
        {"label": label, "url": _address(workspace, view, {**kept, "layout": name}), "current": name == current}
        for name, label, view in LAYOUTS
    ]


def elsewhere_of(workspace: str, query: str, asked: str) -> str:
    """Return the address of a layout that has a page of its own, with the filter; "" for one of the portfolio's."""
    view = next((view for name, _, view in LAYOUTS if name == asked and view != "kpis:portfolio"), "")
    return _address(workspace, view, {"q": query} if query else {}) if view else ""


def filtered(query: str, read: Callable[[Filters], Found], **kept: str) -> tuple[Found, dict[str, Any]]:
    """Return what is read by a filter, and what its bar shows; `kept` are the other parameters of the address.

    Of a filter that is not understood the reason is shown, and what is read without one.
    """
    filters, error = parse_filters(query), ""
    try:
        found = read(filters)
    except ValidationError as problem:
        found, error = read(Filters()), " ".join(problem.messages)
    return found, {"error": error, "q": query, "terms": TERMS, "kept": kept, "chips": chips_of(filters, **kept)}


def chips_of(filters: Filters, **kept: str) -> list[dict[str, str]]:
    """Return the words of a filter, each with the address that goes without it."""
    return [
        {"label": term.text, "url": "?" + urlencode({"q": filters.without(term), **kept})} for term in filters.terms
    ]


def _address(workspace: str, view: str, asked: dict[str, str]) -> str:
    known = asked if view == "kpis:portfolio" else {name: each for name, each in asked.items() if name != "layout"}
    return reverse(view, args=[workspace]) + (f"?{urlencode(known)}" if known else "")
