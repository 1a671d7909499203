"""Strong ETags of versioned objects, and the conditions that clients put on them (RFC 9110)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.http import parse_etags
from rest_framework.request import Request

from mltrack.rest.problems import Problem


def etag_of(key: str, version: object) -> str:
    """Return the strong ETag, quotes included, of an object's public key and its version."""
    digest = hashlib.sha256(f"{len(key)}:{key}:{version}".encode()).hexdigest()
    return f'"{digest[:24]}"'


def is_fresh(request: Request | HttpRequest, etag: str) -> bool:
    """Say whether `If-None-Match` names this version, so that the answer is 304."""
    given = request.headers.get("If-None-Match", "")
    tags = parse_etags(given) if given else []
    return "*" in tags or etag in [tag.removeprefix("W/") for tag in tags]


def require_match(request: Request | HttpRequest, etag: str, current: Callable[[], Any]) -> None:
    """Raise Problem 412, with the object of now as member `current`, unless `If-Match` is absent or names it."""
    given = request.headers.get("If-Match", "")
    if not given:
        return
    tags = parse_etags(given)
    if "*" not in tags and etag not in tags:
        raise Problem(
            412,
            "version_conflict",
            "The object has changed since it was read.",
            extra={"current": current()},
            headers={"ETag": etag},
        )
