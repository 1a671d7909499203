"""GitHub's webhooks (https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from projects.connectors.tracking.hooks import has_sha256


def is_genuine(headers: Mapping[str, str], secret: str, body: bytes, now: datetime) -> bool:
    """Say whether a post was signed with the secret; headers are by lower-case name."""
    return has_sha256(headers.get("x-hub-signature-256", ""), secret, body)


def delivery_id(headers: Mapping[str, str]) -> str:
    """Return what tells deliveries apart, "" where nothing does."""
    return headers.get("x-github-delivery", "")
