"""What can go wrong on the way to a foreign system, in words for the person who configured it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_STATUS_WORDS = {
    400: ("bad_request", "The server refused the request (400)."),
    401: (
        "unauthorized",
        "The server refused the credentials (401). Check the user and password or the token.",
    ),
    403: ("forbidden", "The server forbids this with these credentials (403)."),
    404: ("not_found", "There is nothing at this address (404). Check the base URL and its path."),
    408: ("timeout", "The server gave up waiting (408)."),
    429: ("rate_limited", "The server asks for fewer requests (429)."),
}
_PASSING = {408, 425, 429}


class OutboundError(Exception):
    """A request that brought no usable answer.

    `code` is a stable word, `text` is for readers, `retry_after` is seconds to wait where the server said so,
    `permanent` means that the same request will fail again until somebody changes something. `status` is the
    HTTP status where there was one; `excerpt` is the beginning of the server's own words, secrets removed.
    """

    def __init__(
        self,
        code: str,
        text: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        status: int | None = None,
        excerpt: str = "",
    ) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.permanent = permanent
        self.retry_after = retry_after
        self.status = status
        self.excerpt = excerpt


def retry_after_seconds(header: str | None, now: datetime, cap: float = 86_400.0) -> float | None:
    """Return the seconds of a Retry-After header (a number or an HTTP date), within 0 and `cap`.

    None where the header is absent or unreadable.
    """
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        at = http_date(header)
        if at is None:
            return None
        seconds = (at - now).total_seconds()
    return min(max(seconds, 0.0), cap) if math.isfinite(seconds) else None


def wait_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return how long a server asks to wait, None where it does not say. Headers are found in any case.

    Where nothing is left of a limit, `X-RateLimit-Reset` says in seconds since 1970 when there is again:
    https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
    """
    wait = retry_after_seconds(headers.get("retry-after"), now)
    reset = headers.get("x-ratelimit-reset", "")
    if wait is not None or headers.get("x-ratelimit-remaining") != "0" or not re.fullmatch(r"[0-9]{1,12}", reset):
        return wait
    return retry_after_seconds(str(int(reset) - int(now.timestamp())), now)


def http_date(header: str | None) -> datetime | None:
    """Return the aware time of an HTTP date; None where the header is absent or unreadable."""
    try:
        at = parsedate_to_datetime(header or "")
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def from_status(status: int, retry_after: float | None, excerpt: str) -> OutboundError:
    """Return the error for a status that is not 2xx."""
    if 300 <= status < 400:
        text = f"The server redirects ({status}); redirects are not followed. Use the final address as base URL."
        return OutboundError("redirect", text, permanent=True, status=status, excerpt=excerpt)
    if status >= 500:
        text = f"The server failed ({status})."
        return OutboundError("server_error", text, retry_after=retry_after, status=status, excerpt=excerpt)
    code, text = _STATUS_WORDS.get(status, (f"http_{status}", f"The server refused the request ({status})."))
    if retry_after is not None and status in _PASSING:
        text += f" It asks to wait {round(retry_after)} seconds."
    permanent = status not in _PASSING
    return OutboundError(code, text, permanent=permanent, retry_after=retry_after, status=status, excerpt=excerpt)
