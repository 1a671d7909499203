"""One line in the log and one observation per request: route, status and time, never the path itself."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from mltrack.metrics.requests import observe

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_PROBES = ("healthz", "readyz", "metrics", "static")
logger = structlog.stdlib.get_logger("mltrack.request")


def route_of(request: HttpRequest) -> str:
    """Return the name of the request's route, or its pattern where it has none: few values, whatever is asked."""
    match = request.resolver_match
    if match is not None:
        return match.view_name if match.url_name else match.route
    return "static" if request.path_info.startswith(str(settings.STATIC_URL)) else "unmatched"


def actor_of(request: HttpRequest) -> str | None:
    """Return who asked without a name: the token's public id, or the number of whoever is signed in."""
    principal = getattr(request, "principal", None)
    if principal is None:
        return None
    return f"mlt_{principal.token.public_id}" if principal.token else f"user-{principal.user.pk}"


class ObservingMiddleware:
    """Watches requests from outside of all other middleware but the request's id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and tell."""
        began = time.perf_counter()
        response = self.get_response(request)
        took = time.perf_counter() - began
        route = route_of(request)
        method = str(request.method) if request.method in METHODS else "other"
        observe(route, method, response.status_code, took)
        fields = {"route": route, "method": method, "status": response.status_code, "ms": round(took * 1000, 1)}
        actor = actor_of(request)
        say = logger.debug if route in _PROBES else logger.info
        say("request", **fields, **({"actor": actor} if actor else {}))
        return response
