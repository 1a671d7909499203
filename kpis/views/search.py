"""Search: options for the palette, a page of its own without scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kpis.selectors.search import search
from mltrack.accounts.pages import PageRequest, page
from mltrack.accounts.policy import Power
from mltrack.navigation import places

LONGEST = 100
Option = Mapping[str, str | Promise]
KINDS: Final = {
    "initiative": (gettext_lazy("Initiative"), "layout-grid"),
    "kpi": (gettext_lazy("KPI"), "trending-up"),
    "task": (gettext_lazy("Task"), "circle-check"),
    "run": (gettext_lazy("Run"), "flask-conical"),
    "sprint": (gettext_lazy("Sprint"), "calendar"),
    "connection": (gettext_lazy("Connection"), "plug"),
}
DEEDS: Final = (
    (gettext_lazy("New initiative"), "kpis:initiative_create", Power.WRITE_INITIATIVES),
    (gettext_lazy("New KPI"), "kpis:kpi_create", Power.WRITE_TARGETS),
    (gettext_lazy("New sprint"), "kpis:sprint_create", Power.WRITE_SPRINTS),
    (gettext_lazy("Connect a server"), "projects:connection_create", Power.WRITE_CONNECTIONS),
)


@require_safe
@page()
def results(request: PageRequest) -> HttpResponse:
    """Answer what fits the words of `q`: things of the workspace, then pages and deeds."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    found = [*_things(request, text), *_places(request, text), *_deeds(request, text)]
    part = "includes/_palette_results.html" if request.headers.get("X-Palette") else "kpis/search/index.html"
    response = render(request, part, {"results": found, "q": text})
    patch_vary_headers(response, ["X-Palette"])
    return response


def _things(request: PageRequest, text: str) -> Sequence[Option]:
    shown: list[Option] = []
    for hit in search(request.principal, text):
        word, icon = KINDS[hit.kind]
        shown.append({"label": hit.label, "url": hit.url, "icon": icon, "sub": f"{word} · {hit.note}"})
    return shown


def _places(request: PageRequest, text: str) -> Sequence[Option]:
    found = places(request.principal.workspace.key, "")
    fitting = (each for each in found if text.lower() in str(each.label).lower())
    return [{"label": each.label, "url": each.url, "icon": each.icon, "sub": _("Page")} for each in fitting]


def _deeds(request: PageRequest, text: str) -> Sequence[Option]:
    principal = request.principal
    return [
        {"label": label, "url": reverse(name, args=[principal.workspace.key]), "icon": "plus", "sub": _("Make")}
        for label, name, power in DEEDS
        if principal.may(power) and text.lower() in str(label).lower()
    ]
