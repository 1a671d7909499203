"""Whether the product works, for load balancers, `manage.py doctor` and people: `/healthz` and `/readyz`."""

from __future__ import annotations

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from mltrack import standstill
from mltrack.preparation import unapplied


def problems() -> list[str]:
    """Return the code words of what keeps the product from working; an empty list where nothing does.

    They are `database`, `migrations` and the parts of `mltrack.heartbeats.PARTS`.
    """
    try:
        return ["migrations"] if unapplied() else [each.part for each in standstill.find()]
    except (DatabaseError, InterfaceError):
        return ["database"]


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that this process serves; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 where database, tables, scheduler, broker and queues are well, else 503 with what is not."""
    found = problems()
    return JsonResponse({"ready": not found, "problems": found}, status=503 if found else 200)
