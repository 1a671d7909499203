"""Opaque public ids: a kind's prefix and random text. Row numbers are never shown."""

from __future__ import annotations

import secrets

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_id(prefix: str) -> str:
    """Return `prefix_` and 16 random characters without look-alikes (79 bits)."""
    number, size = secrets.randbelow(len(_ALPHABET) ** 16), len(_ALPHABET)
    letters = []
    for _ in range(16):
        number, place = divmod(number, size)
        letters.append(_ALPHABET[place])
    return f"{prefix}_{''.join(letters)}"
