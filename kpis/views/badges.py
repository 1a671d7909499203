"""Badges: one initiative's verdict for whoever has the signed address, as a picture or for shields."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from kpis.selectors.snapshots import readiness_document
from kpis.services.badges import read_badge
from mltrack.drawing.badge import badge
from projects.models import Initiative

WORDS: Final = {"ready": "ready", "not_ready": "not ready", "unknown": "unknown"}
COLOURS: Final = {"ready": "#1f7a3a", "not_ready": "#b3261e", "unknown": "#6a6a6a"}
PENDING: Final = "pending"
HEADERS: Final = {"Cache-Control": "public, max-age=60"}


@require_safe
def svg(request: HttpRequest, signed: str) -> HttpResponse:
    """Show the badge."""
    initiative = read_badge(signed)
    drawn = badge(initiative.key, *_said(initiative))
    picture = render_to_string("kpis/badge.svg", {"badge": drawn})
    return HttpResponse(picture, content_type="image/svg+xml", headers=HEADERS)


@require_safe
def shields(request: HttpRequest, signed: str) -> JsonResponse:
    """Answer in the form that shields reads from an endpoint."""
    initiative = read_badge(signed)
    message, colour = _said(initiative)
    said = {"schemaVersion": 1, "label": initiative.key, "message": message, "color": colour}
    return JsonResponse({**said, "cacheSeconds": 60}, headers=HEADERS)


def _said(initiative: Initiative) -> tuple[str, str]:
    """Return the words and the colour of the verdict; one that waits to be judged again says so, and is grey."""
    document = readiness_document(initiative)
    verdict = document["verdict"]
    if document["pending"] and document["sections"]:
        return f"{WORDS[verdict]}, {PENDING}", COLOURS["unknown"]
    return WORDS[verdict], COLOURS[verdict]
