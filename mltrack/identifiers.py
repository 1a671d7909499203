"""Opaque public ids: a kind's prefix and random text. Row numbers are never shown."""

from __future__ import annotations

import secrets

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_id(prefix: str) -> str:
    """Return `prefix_` and 16 random characters without look-alikes (79 bits)."""
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(16))
