"""Paths that answer, fail and cache in every way that middleware cares about."""

from __future__ import annotations

from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

handler500 = "mltrack.middleware.unavailable.server_error"


def plain(request: HttpRequest) -> HttpResponse:
    """Answer with the request's id."""
    return HttpResponse(request.request_id)  # type: ignore[attr-defined]


def public(request: HttpRequest) -> HttpResponse:
    """Answer with something that all may keep."""
    return HttpResponse("badge", headers={"Cache-Control": "public, max-age=60"})


def own_policy(request: HttpRequest) -> HttpResponse:
    """Answer with a policy of its own."""
    return HttpResponse("x", headers={"Content-Security-Policy": "default-src *"})


def raising(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    """Return a view that fails."""

    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


def sql(statement: str) -> Callable[[HttpRequest], HttpResponse]:
    """Return a view that asks the real database something."""

    def view(request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute(statement)
        return HttpResponse("done")

    return view


READ_ONLY = "SET LOCAL transaction_read_only = on; DELETE FROM accounts_workspace"
SLOW = "SET LOCAL statement_timeout = 10; SELECT pg_sleep(5)"
STATEMENTS = {"read-only": READ_ONLY, "slow": SLOW, "wrong": "SELECT 1/0"}
ERRORS = {"away": OperationalError("connection refused"), "closed": InterfaceError("closed"), "bug": ValueError("bug")}

urlpatterns = [
    path("plain/", plain),
    path("public/", public),
    path("own-policy/", own_policy),
    *(path(f"{prefix}{name}/", raising(error)) for name, error in ERRORS.items() for prefix in ("", "api/v1/")),
    *(path(f"sql/{name}/", sql(statement)) for name, statement in STATEMENTS.items()),
]
