"""The sealed addresses and secrets of webhooks as a whole: which do not open, and sealing all with the newest key."""

from __future__ import annotations

from typing import Final

from kpis.models import Hook
from kpis.services.sealed_rows import SealedRows
from projects.services.secrets import AT_ONCE, Rotated


def closed_hooks() -> list[str]:
    """Return the names of webhooks with an address or a secret that does not open with the present keys."""
    return _ROWS.closed()


def rotate_hook_secrets(at_once: int = AT_ONCE) -> Rotated:
    """Seal all of them with the newest key, in transactions of at most `at_once` webhooks; it may run again."""
    return _ROWS.rotate(at_once)


def _named(hook: Hook) -> str:
    return f"webhook {hook.name}"


_ROWS: Final = SealedRows(Hook, ("sealed_url", "sealed_secret", "sealed_old_secret"), "webhooks", _named)
