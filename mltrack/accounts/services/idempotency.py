"""Repeated posts: the stored answer instead of a second deed.

The answer is written in the transaction of the facts that it tells of, so a crash or a failed COMMIT leaves both or
neither, and a retry is safe either way. While that transaction runs, an advisory lock (freed by its end, however it
ends) says so to others: no record of a request that only began is ever kept. Only successful answers are kept; after
an error nothing was written, and the same key may be used again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from mltrack.accounts.models import ApiToken, IdempotencyRecord

KEPT: Final = timedelta(hours=24)


class StillRunning(Exception):
    """Another request with this key has not ended yet."""


class OtherBody(Exception):
    """The key was used for another request."""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it was sent: status, headers of its own, body."""

    status: int
    headers: Mapping[str, str]
    body: str


def digest_of(method: str, path: str, body: bytes) -> str:
    """Return a keyed digest of what was asked: equal for equal method, path with query, and body."""
    asked = f"{method} {path}\n".encode() + body
    return salted_hmac("mltrack.idempotency", hashlib.sha256(asked).digest(), algorithm="sha256").hexdigest()


def begin(token: ApiToken, key: str, digest: str) -> StoredAnswer | None:
    """Take the key for the caller's transaction; return the stored answer where there is one.

    Raises StillRunning while another transaction holds the key, OtherBody when it belongs to another digest.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_lock_number(token, key)])
        if not cursor.fetchone()[0]:
            raise StillRunning
    record = IdempotencyRecord.objects.filter(token=token, key=key, created_at__gt=timezone.now() - KEPT).first()
    if record is None:
        return None
    if record.digest != digest:
        raise OtherBody
    kept = json.loads(record.body)
    return StoredAnswer(record.status or 200, kept["headers"], kept["body"])


def is_kept(token: ApiToken, key: str) -> bool:
    """Say whether an answer is stored for a key."""
    if not (key.isascii() and key.isprintable()):
        return False
    return IdempotencyRecord.objects.filter(token=token, key=key, created_at__gt=timezone.now() - KEPT).exists()


def keep(token: ApiToken, key: str, digest: str, answer: StoredAnswer) -> None:
    """Store the answer in the caller's transaction, in place of one that is past its time."""
    IdempotencyRecord.objects.update_or_create(
        token=token,
        key=key,
        defaults={
            "digest": digest,
            "status": answer.status,
            "body": json.dumps({"headers": dict(answer.headers), "body": answer.body}),
            "created_at": timezone.now(),
        },
    )


def _lock_number(token: ApiToken, key: str) -> int:
    digest = hashlib.sha256(f"idempotency:{token.pk}:{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
