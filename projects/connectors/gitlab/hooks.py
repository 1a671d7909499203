"""GitLab's webhooks (https://docs.gitlab.com/user/project/integrations/webhooks/).

A secret token is sent as it is. A signing token, which newer versions have, signs as Standard Webhooks says.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from projects.connectors.tracking.hooks import has_standard_signature, is_same


def is_genuine(headers: Mapping[str, str], secret: str, body: bytes, now: datetime) -> bool:
    """Say whether a post was signed with the secret, or else carries it; headers are by lower-case name."""
    if "webhook-signature" in headers:
        return has_standard_signature(headers, secret, body, now)
    return is_same(headers.get("x-gitlab-token", ""), secret)


def delivery_id(headers: Mapping[str, str]) -> str:
    """Return what tells deliveries apart, the same for one that GitLab sends again; "" where nothing does.

    An event that a webhook has caused carries the event id of its cause: so the other headers come first.
    """
    names = ("webhook-id", "idempotency-key", "x-gitlab-event-uuid")
    return next((headers[each] for each in names if headers.get(each)), "")
