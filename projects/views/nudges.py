"""Where foreign systems post that something changed there: a webhook, of which only the coming counts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mltrack.accounts.throttling import may_nudge
from projects.services.nudges import nudge_connection, read_nudge


@csrf_exempt
@require_POST
def nudge(request: HttpRequest, nudge: str) -> HttpResponse:
    """Make the connection due whose signed address this is. No session, cookie or body is looked at."""
    connection_id = read_nudge(nudge)
    rate = may_nudge(connection_id)
    if rate.used > rate.limit:
        return HttpResponse(status=429, headers={"Retry-After": str(rate.reset)})
    nudge_connection(connection_id)
    return HttpResponse(status=204)
