"""The sealed addresses of channels as a whole: which do not open, and sealing all with the newest key."""

from __future__ import annotations

from typing import Final

from kpis.models import Subscription
from kpis.services.sealed_rows import SealedRows
from projects.services.secrets import AT_ONCE, Rotated


def closed_webhooks() -> list[str]:
    """Return the names of subscriptions whose address does not open with the present keys."""
    return _ROWS.closed()


def rotate_webhooks(at_once: int = AT_ONCE) -> Rotated:
    """Seal every address with the newest key, in transactions of at most `at_once` rows; it may run again."""
    return _ROWS.rotate(at_once)


def _named(row: Subscription) -> str:
    return f"{row.channel} {row.host}"


_ROWS: Final = SealedRows(Subscription, ("sealed_secret",), "channels", _named)
