"""One id per request, in the answer, the log, the audit trail, and the tasks that the request asks for."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-Id"
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")


def sane(given: object) -> str | None:
    """Return an id that is 8 to 64 plain characters, None for anything else."""
    return given if isinstance(given, str) and _SANE.fullmatch(given) else None


def request_id(given: str | None) -> str:
    """Return the id that a proxy or client gave, where it is sane, else a new one."""
    return sane(given) or secrets.token_hex(12)


class RequestIdMiddleware:
    """Puts `request.request_id` on the request, `X-Request-Id` on the answer, and the id on each line of the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the id."""
        found = request_id(request.headers.get(HEADER))
        request.request_id = found  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=found)
        response = self.get_response(request)
        response.headers[HEADER] = found
        return response
