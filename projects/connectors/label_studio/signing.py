"""Which of Label Studio's tokens a secret is, told by its shape."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode
from typing import Final

from mltrack.outbound import Auth, BasicAuth, BearerAuth, ExchangeAuth

REFRESH: Final = "api/token/refresh/"
LEGACY: Final = "Token"


def auth_of(username: str, secret: str) -> Auth:
    """Return how to sign in with a secret.

    A personal access token is a JWT that is exchanged for bearer tokens of five minutes; such a bearer token is sent
    as it is. Everything else is a legacy token. With a user name it is the password of a proxy before Label Studio.
    """
    if username:
        return BasicAuth(username, secret)
    if not secret:
        return None
    kind = _jwt_type(secret)
    if kind is None:
        return BearerAuth(secret, LEGACY)
    return BearerAuth(secret) if kind == "access" else ExchangeAuth(secret, REFRESH)


def _jwt_type(secret: str) -> str | None:
    """Return what a JSON web token says it is, "" where it says nothing; None for any other text."""
    parts = secret.split(".")
    if len(parts) != 3 or not all(parts):
        return None
    try:
        head, payload = (json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts[:2])
    except (ValueError, RecursionError, binascii.Error):
        return None
    if not isinstance(head, dict) or "alg" not in head or not isinstance(payload, dict):
        return None
    return str(payload.get("token_type") or "")
