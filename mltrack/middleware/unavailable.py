"""503 with Retry-After instead of a 500, while the database is away, full, locked or read-only."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import get_template

from mltrack.rest import handlers
from mltrack.rest.handlers import problem_answer, wants_problem
from mltrack.rest.problems import Problem

RETRY_SECONDS = 5
_READ_ONLY = "25006"
_TOO_COMPLEX = "54"
logger = logging.getLogger("mltrack.unavailable")


def is_unavailable(error: BaseException | None) -> bool:
    """Say whether an error means that the same request may well succeed in a moment.

    PostgreSQL's codes are those of its appendix A; class 54 (a statement too large) is no such case.
    """
    code = str(getattr(getattr(error, "__cause__", None), "pgcode", None) or "")
    if isinstance(error, OperationalError):
        return not code.startswith(_TOO_COMPLEX)
    return isinstance(error, InterfaceError) or (isinstance(error, InternalError) and code == _READ_ONLY)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Return the 503: problem+json for the API, else a page that needs no database."""
    logger.warning("The database is unavailable: %s", sys.exc_info()[1])
    headers = {"Retry-After": str(RETRY_SECONDS), "Cache-Control": "no-store"}
    if wants_problem(request):
        detail = "The database cannot answer now; try again."
        return problem_answer(request, Problem(503, "unavailable", detail, headers=headers))
    page = get_template("503.html").render({"request_id": getattr(request, "request_id", "")})
    return HttpResponse(page, status=503, headers=headers)


class DatabaseUnavailableMiddleware:
    """Answers for views that could not reach the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the view does."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 503 for an error of a view that may pass, else leave it to Django."""
        return unavailable(request) if is_unavailable(error) else None


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer an error that Django is handling now, such as one of another middleware: 503 or 500."""
    return unavailable(request) if is_unavailable(sys.exc_info()[1]) else handlers.server_error(request)
