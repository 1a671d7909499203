"""`Idempotency-Key` of a POST: the header, the stored answer, the refusals."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Final

from rest_framework.response import Response

from mltrack.accounts.models import ApiToken
from mltrack.accounts.services import idempotency
from mltrack.rest.problems import Problem
from mltrack.rest.rendering import dumps
from mltrack.rest.requests import StrictRequest

_KEPT_HEADERS: Final = ("ETag", "Location")


def answered_once(
    request: StrictRequest, token: ApiToken | None, handle: Callable[[], Response], shown_once: Sequence[str] = ()
) -> Response:
    """Return the handler's answer, or the stored one of an equal request with the same key.

    Fields that `shown_once` names are secrets: they are not stored, and null when the answer is repeated.
    Must run in the transaction of the handler's writes. Raises Problem 422 when the key was used for another
    request, 409 with Retry-After while one with this key runs, 400 for a key that is not 1 to 255 ASCII signs.
    """
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None or token is None or request.method != "POST":
        return handle()
    if not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):
        raise Problem(400, "bad_idempotency_key", "Idempotency-Key is 1 to 255 printable ASCII characters.")
    digest = idempotency.digest_of("POST", request.get_full_path(), request.raw_body)
    stored = _stored(token, key, digest)
    if stored is not None:
        return _replayed(stored)
    answer = handle()
    if answer.status_code < 400:
        kept = {name: str(answer[name]) for name in _KEPT_HEADERS if answer.has_header(name)}
        told = {**answer.data, **dict.fromkeys(shown_once)} if shown_once else answer.data
        body = "" if told is None else dumps(told).decode()
        idempotency.keep(token, key, digest, idempotency.StoredAnswer(answer.status_code, kept, body))
    return answer


def was_answered(request: StrictRequest, token: ApiToken | None) -> bool:
    """Say whether the answer to this key is stored, be it to another request: then the handler will not run."""
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    return key is not None and token is not None and request.method == "POST" and idempotency.is_kept(token, key)


def _stored(token: ApiToken, key: str, digest: str) -> idempotency.StoredAnswer | None:
    try:
        return idempotency.begin(token, key, digest)
    except idempotency.StillRunning:
        raise Problem(
            409, "still_running", "A request with this key is still running.", headers={"Retry-After": "1"}
        ) from None
    except idempotency.OtherBody:
        raise Problem(422, "key_reused", "This Idempotency-Key was used for another request.") from None


def _replayed(stored: idempotency.StoredAnswer) -> Response:
    data = json.loads(stored.body) if stored.body else None
    return Response(data, status=stored.status, headers={**stored.headers, "Idempotency-Replayed": "true"})
