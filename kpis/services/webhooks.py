"""The addresses of channels: checked, sealed, and posted to once through the only door to the network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import ip_network
from typing import Any, Final, TypeVar
from urllib.parse import SplitResult, parse_qsl, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from mltrack.logs.redaction import hide
from mltrack.outbound import OutboundClient, OutboundError
from projects.models.secrets import SecretUnreadable, unseal

LONGEST: Final = 2000
PATIENCE: Final = 15.0
T = TypeVar("T")
UNTOLD: Final = frozenset({"timeout", "connection_broken"})
"""After these nobody knows whether the message arrived."""


class NotPosted(Exception):
    """Why a message was not taken.

    `again` says that a later try may do, `after` is how many seconds the other side asks to wait, None where it does
    not. `untold` says that it may have arrived all the same. `status` is the HTTP status where there was one.
    """

    def __init__(
        self,
        text: str,
        *,
        again: bool = False,
        after: float | None = None,
        untold: bool = False,
        status: int | None = None,
    ) -> None:
        super().__init__(text)
        self.again = again
        self.after = after
        self.untold = untold
        self.status = status


def host_of(url: str, field: str = "secret_url") -> str:
    """Return the host of a webhook's address. Raises ValidationError({field: text}) where it is none."""
    parts = _split(url)
    try:
        port = parts.port if parts else None
    except ValueError:
        parts, port = None, None
    if len(url) > LONGEST or not url.isprintable() or parts is None or parts.scheme not in ("http", "https"):
        raise ValidationError({field: f"Give an address with https:// of at most {LONGEST} characters."})
    if not parts.hostname or parts.username is not None or parts.fragment or port == 0:
        raise ValidationError({field: "Give an address with a host, and without a user, a password or a fragment."})
    return parts.hostname[:253]


def post_message(sealed: str, message: Any) -> None:
    """Post a message to a sealed address, once. Raises NotPosted; nothing that it says holds the address."""
    _posted(sealed, PATIENCE, lambda client, path, params: client.post_once(path, message, params))


def post_signed(sealed: str, body: bytes, headers: Mapping[str, str], patience: float) -> int:
    """Post bytes with headers to a sealed address, once, and return the status; `patience` is in seconds.

    Raises NotPosted; nothing that it says holds the address.
    """
    return _posted(sealed, patience, lambda client, path, params: client.post_bytes(path, body, headers, params))


def _posted(sealed: str, patience: float, post: Callable[[OutboundClient, str, list[tuple[str, str]]], T]) -> T:
    try:
        url = unseal(sealed)
    except SecretUnreadable as error:
        raise NotPosted(str(error)) from error
    parts = urlsplit(url)
    hide(url, parts.path, parts.query)
    networks = tuple(ip_network(each, strict=False) for each in settings.MLTRACK_ALLOWED_NETWORKS)
    try:
        base = f"{parts.scheme}://{parts.netloc}"
        with OutboundClient(base, allowed_networks=networks, timeout=patience) as client:
            return post(client, parts.path, parse_qsl(parts.query, keep_blank_values=True))
    except OutboundError as error:
        raise _not_posted(error) from None


def _not_posted(error: OutboundError) -> NotPosted:
    untold = error.code in UNTOLD or error.status in (408, 504)
    again = not untold and (not error.permanent or error.code == "address_refused")
    return NotPosted(error.text, again=again, after=error.retry_after, untold=untold, status=error.status)


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None
