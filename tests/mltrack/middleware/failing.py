"""A middleware that cannot reach the database once the view has answered, as when a session is saved."""

from __future__ import annotations

from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse


class FailingMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Fail after the view."""
        self.get_response(request)
        raise OperationalError("server closed the connection unexpectedly")
