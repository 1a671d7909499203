"""`/metrics`: for a program on this machine, or whoever holds a token with the scope admin."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, Throttled
from rest_framework.request import Request

from mltrack.accounts.authentication import TokenAuthentication
from mltrack.accounts.policy import Power
from mltrack.accounts.throttling import count_failure
from mltrack.metrics import jobs, requests

FORWARDED: Final = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer all figures as text; 401 without a token from elsewhere, 403 for one without the scope admin."""
    if not is_local(request):
        try:
            admit(Request(request))
        except (AuthenticationFailed, NotAuthenticated):
            return HttpResponse("A token is needed.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
        except Throttled:
            return HttpResponse("Too many wrong tokens; wait a minute.\n", status=429, headers={"Retry-After": "60"})
        except PermissionDenied:
            return HttpResponse("The token lacks the scope admin.\n", status=403)
    return HttpResponse(requests.exposition() + jobs.exposition(), content_type=CONTENT_TYPE_LATEST)


def is_local(request: HttpRequest) -> bool:
    """Say whether a program of this machine asks by itself. Behind a proxy everybody seems to be local: nobody is."""
    if settings.MLTRACK_PROXIES or any(name in request.META for name in FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def admit(request: Request) -> None:
    """Raise AuthenticationFailed or NotAuthenticated without a live token, PermissionDenied without the power."""
    try:
        if TokenAuthentication().authenticate(request) is None:
            raise NotAuthenticated
    except (AuthenticationFailed, NotAuthenticated):
        count_failure(request)
        raise
    if not request.principal.may(Power.ADMINISTER):  # type: ignore[attr-defined]
        raise PermissionDenied
