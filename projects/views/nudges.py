"""Where foreign systems post that something changed there: a webhook, of which only the coming counts."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mltrack.accounts.throttling import may_nudge
from projects.services.nudges import hear_nudge, read_nudge

LARGEST_BODY: Final = 2_000_000
"""Bytes of a post that is signed; a larger one is refused before it is read."""


@csrf_exempt
@require_POST
def nudge(request: HttpRequest, nudge: str) -> HttpResponse:
    """Make the connection due whose signed address this is. No session or cookie is looked at.

    The body is read only to check its signature, where the connection has a secret for webhooks: 401 without a good
    one, 413 for a body that is too large.
    """
    connection_id = read_nudge(nudge)
    rate = may_nudge(connection_id)
    if rate.used > rate.limit:
        return HttpResponse(status=429, headers={"Retry-After": str(rate.reset)})
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        is_genuine = hear_nudge(connection_id, headers, lambda: _body(request))
    except RequestDataTooBig:
        return HttpResponse(status=413)
    except UnreadablePostError:
        return HttpResponse(status=400)
    return HttpResponse(status=204 if is_genuine else 401)


def _body(request: HttpRequest) -> bytes:
    """Return the body. Raises RequestDataTooBig for one that is too large, or says so of itself."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        raise RequestDataTooBig
    return request.body
