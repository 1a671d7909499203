"""Whether the product works, for load balancers, `manage.py doctor` and people: `/healthz` and `/readyz`."""

from __future__ import annotations

import time

from django.core.cache import cache
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from mltrack.preparation import unapplied

HEARTBEAT = "mltrack.heartbeat"
STALE_SECONDS = 90.0
_KEEP_SECONDS = 7 * 86_400


def record_heartbeat() -> None:
    """Note that a scheduled job ran now. The time is that of the worker's clock."""
    cache.set(HEARTBEAT, time.time(), _KEEP_SECONDS)


def heartbeat_age() -> float | None:
    """Return the seconds since a scheduled job last ran, or None where none ever did."""
    found = cache.get(HEARTBEAT)
    return None if found is None else max(0.0, time.time() - float(found))


def jobs_run() -> bool:
    """Say whether scheduled jobs run: the last is at most 90 seconds old."""
    age = heartbeat_age()
    return age is not None and age <= STALE_SECONDS


def problems() -> list[str]:
    """Return the code words of what keeps the product from working; an empty list where nothing does."""
    try:
        found = ["migrations"] if unapplied() else []
        return found if found or jobs_run() else ["jobs"]
    except (DatabaseError, InterfaceError):
        return ["database"]


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that this process serves; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 where database, tables and scheduled jobs are well, else 503 with what is not."""
    found = problems()
    return JsonResponse({"ready": not found, "problems": found}, status=503 if found else 200)
