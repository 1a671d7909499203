"""How trackers sign what they post. Comparisons take as long whether they fit or not."""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Final

FRESH_SECONDS: Final = 300
"""How far a signed moment may be from now."""

_PREFIX: Final = "whsec_"


def is_same(given: str, wanted: str) -> bool:
    """Compare two texts in constant time; an empty one is never the same."""
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


def has_sha256(given: str, secret: str, body: bytes) -> bool:
    """Say whether `sha256=…` is the HMAC of the body in hexadecimal digits."""
    if not secret:
        return False
    return is_same(given, "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest())


def has_standard_signature(headers: Mapping[str, str], secret: str, body: bytes, now: datetime) -> bool:
    """Say whether a post is signed as Standard Webhooks says (https://www.standardwebhooks.com), and fresh.

    Headers are by lower-case name. The signature covers id, moment and body; of several any may fit.
    """
    name, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not secret or not name or not moment.isascii() or not moment.isdigit() or len(moment) > 12:
        return False
    if abs(now.timestamp() - int(moment)) > FRESH_SECONDS:
        return False
    signed = hmac.new(_key(secret), f"{name}.{moment}.".encode() + body, hashlib.sha256).digest()
    wanted = "v1," + b64encode(signed).decode()
    return any(is_same(each, wanted) for each in headers.get("webhook-signature", "").split(" "))


def _key(secret: str) -> bytes:
    """Return the key of a signing secret: base64 after its prefix, else the text itself."""
    if secret.startswith(_PREFIX):
        try:
            return b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()
