"""The door of every page: sign-in, workspace and power in one place."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, QueryDict

from mltrack.accounts.access import Principal, principal_in, require
from mltrack.accounts.policy import Power

P = ParamSpec("P")
METHODS = ("GET", "HEAD", "POST")


class PageRequest(HttpRequest):
    """A request that passed `page`: it knows its principal."""

    principal: Principal


View = Callable[Concatenate[PageRequest, P], HttpResponseBase]


def page(
    power: Power = Power.READ, *, write: Power | None = None
) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """Guard a view of `/w/<workspace>/…`: sign-in, then 404 to strangers, then 403 without the power.

    `write` is the power that POST needs where it differs from that of GET. A page knows no other method: 405.
    """

    def guard(view: View[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, workspace: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request_id = getattr(request, "request_id", "")
            principal = principal_in(request.user, workspace, request_id)  # type: ignore[arg-type]
            if request.method not in METHODS:
                return HttpResponseNotAllowed(METHODS)
            require(principal, power if request.method in ("GET", "HEAD") or write is None else write)
            if _holds_nul(request.GET) or _holds_nul(request.POST):
                raise BadRequest("A text holds a NUL character.")
            request.principal = principal  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

        return guarded

    return guard


def _holds_nul(params: QueryDict) -> bool:
    """PostgreSQL keeps and compares no text with one, and no browser sends any."""
    return any("\0" in value for _name, values in params.lists() for value in values)


__all__ = ["PageRequest", "page"]
