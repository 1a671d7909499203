"""One question to one endpoint: does it answer, in time, with what is expected?"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from mltrack.outbound import OutboundClient, OutboundError
from projects.services.clients import allowed_networks

PATIENCE: Final = 10.0
"""Seconds for one whole answer."""
MOST_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back: milliseconds, the failing status of HTTP where there is one, what is wrong in words, else ""."""

    ok: bool
    ms: int
    status: int | None
    words: str


def ask_endpoint(address: str, expected: str, patience: float = PATIENCE) -> Answered:
    """GET an address once, without following redirects, and say how that went; it never raises for what comes back.

    Only 2xx is an answer, and only one that holds `expected`, so that an error page with status 200 is told.
    """
    begun = time.monotonic()
    try:
        parts = urlsplit(address)
        base = f"{parts.scheme}://{parts.netloc}"
        client = OutboundClient(
            base,
            allowed_networks=allowed_networks(),
            headers={"Accept": "*/*"},
            timeout=patience,
            max_bytes=MOST_BYTES,
            retries=0,
        )
        with client:
            asked = dict(parse_qsl(parts.query, keep_blank_values=True))
            body = client.get_bytes(parts.path.lstrip("/"), asked or None, max_bytes=MOST_BYTES)
    except ValueError:
        return Answered(False, _since(begun), None, "The address cannot be read.")
    except OutboundError as error:
        return Answered(False, _since(begun), error.status, error.text[:300])
    if expected and expected not in body.decode("utf-8", "replace"):
        return Answered(False, _since(begun), None, f"It answered, but without the expected text {expected[:100]!r}.")
    return Answered(True, _since(begun), None, "")


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
