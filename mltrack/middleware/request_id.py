"""One id per request, in the answer, the log and the audit trail."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-Id"
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_id(given: str | None) -> str:
    """Return the id that a proxy or client gave, where it is 8 to 64 plain characters, else a new one."""
    return given if given and _SANE.fullmatch(given) else secrets.token_hex(12)


class RequestIdMiddleware:
    """Puts `request.request_id` on the request and `X-Request-Id` on the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the id."""
        found = request_id(request.headers.get(HEADER))
        request.request_id = found  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers[HEADER] = found
        return response
