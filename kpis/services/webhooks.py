"""The addresses of channels: checked, sealed, and posted to once through the only door to the network."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from mltrack.logs.redaction import hide
from mltrack.outbound import OutboundClient, OutboundError
from projects.models.secrets import SecretUnreadable, unseal

LONGEST: Final = 2000
PATIENCE: Final = 15.0
UNTOLD: Final = frozenset({"timeout", "connection_broken"})
"""After these nobody knows whether the message arrived."""


class NotPosted(Exception):
    """Why a message was not taken.

    `again` says that a later try may do, `after` is how many seconds the other side asks to wait, None where it does
    not. `untold` says that it may have arrived all the same.
    """

    def __init__(self, text: str, *, again: bool = False, after: float | None = None, untold: bool = False) -> None:
        super().__init__(text)
        self.again = again
        self.after = after
        self.untold = untold


def host_of(url: str) -> str:
    """Return the host of a webhook's address. Raises ValidationError({"secret_url": text}) where it is none."""
    parts = _split(url)
    try:
        port = parts.port if parts else None
    except ValueError:
        parts, port = None, None
    if len(url) > LONGEST or not url.isprintable() or parts is None or parts.scheme not in ("http", "https"):
        raise ValidationError({"secret_url": f"Give an address with https:// of at most {LONGEST} characters."})
    if not parts.hostname or parts.username is not None or parts.fragment or port == 0:
        raise ValidationError(
            {"secret_url": "Give an address with a host, and without a user, a password or a fragment."}
        )
    return parts.hostname[:253]


def post_message(sealed: str, message: Any) -> None:
    """Post a message to a sealed address, once. Raises NotPosted; nothing that it says holds the address."""
    try:
        url = unseal(sealed)
    except SecretUnreadable as error:
        raise NotPosted(str(error)) from error
    parts = urlsplit(url)
    hide(url, parts.path, parts.query)
    networks = tuple(ip_network(each, strict=False) for each in settings.MLTRACK_ALLOWED_NETWORKS)
    try:
        base = f"{parts.scheme}://{parts.netloc}"
        with OutboundClient(base, allowed_networks=networks, timeout=PATIENCE) as client:
            client.post_once(parts.path, message, parse_qsl(parts.query, keep_blank_values=True))
    except OutboundError as error:
        raise _not_posted(error) from None


def _not_posted(error: OutboundError) -> NotPosted:
    untold = error.code in UNTOLD or error.status in (408, 504)
    again = not untold and (not error.permanent or error.code == "address_refused")
    return NotPosted(error.text, again=again, after=error.retry_after, untold=untold)


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None
