"""Cursors: a place in an ordered list, sealed so that nobody reads, alters or carries it to another list."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from mltrack.rest.problems import Problem

_READERS: Final[dict[str, Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "Decimal": Decimal,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Just after (`forward`), or just before, the item with this value and id."""

    value: Any
    id: Any
    forward: bool


def seal(place: Place, scope: str) -> str:
    """Return the cursor of a place in the list that `scope` names."""
    kind = type(place.value).__name__
    value = str(place.value) if kind in _READERS else place.value
    text = json.dumps([_mark(scope), place.forward, kind, value, place.id])
    return _box(settings.SECRET_KEY).encrypt(text.encode()).decode().rstrip("=")


def unseal(cursor: str, scope: str) -> Place:
    """Return the place of a cursor, or of a whole link that holds one.

    Raises Problem 400 for a cursor that is not ours or belongs to another list.
    """
    if "cursor=" in cursor:
        cursor = parse_qs(urlsplit(cursor).query).get("cursor", [""])[0]
    try:
        raw = cursor.encode("ascii")
        text = _box(settings.SECRET_KEY).decrypt(raw + b"=" * (-len(raw) % 4))
    except (InvalidToken, UnicodeEncodeError):
        raise _bad() from None
    mark, forward, kind, value, pk = json.loads(text)
    if mark != _mark(scope):
        raise _bad()
    return Place(_READERS[kind](value) if kind in _READERS else value, pk, forward)


def _bad() -> Problem:
    return Problem(400, "bad_cursor", "The cursor does not belong to this list; begin without it.")


def _mark(scope: str) -> str:
    return hashlib.sha256(scope.encode()).hexdigest()[:16]


@lru_cache(maxsize=4)
def _box(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"mltrack.cursor:" + secret.encode()).digest()))
