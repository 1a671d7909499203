"""The feed: the newest weekly words on all initiatives that fit a filter."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kpis.selectors.updates import feed
from kpis.views.layouts import filtered, layouts_of
from mltrack.accounts.pages import PageRequest, page
from projects.models.initiatives import Health


@require_safe
@page()
def index(request: PageRequest) -> HttpResponse:
    """Show updates, newest first; `health` is a declared one, `q` the filter of the portfolio."""
    query, asked, before = (request.GET.get(name, "") for name in ("q", "health", "before"))
    health = asked if asked in Health.values else ""
    older = int(before) if before.isascii() and before.isdecimal() and len(before) < 18 else None
    found, bar = filtered(
        query,
        lambda filters: feed(request.principal, filters, health=health, before=older),
        **({"health": health} if health else {}),
    )
    layouts = layouts_of(request.principal.workspace.key, query, "updates")
    context = {"found": found, "healths": _healths(query, health), "layouts": layouts, **bar}
    return render(request, "kpis/updates/index.html", context)


def _healths(query: str, current: str) -> list[dict[str, Any]]:
    kept = {"q": query} if query else {}
    return [
        {
            "label": label,
            "url": "?" + urlencode({**kept, **({"health": value} if value else {})}),
            "current": value == current,
        }
        for value, label in (("", _("All")), *Health.choices)
    ]
