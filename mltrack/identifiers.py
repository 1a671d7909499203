"""Opaque public ids: a kind's prefix and random text. Row numbers are never shown."""

from __future__ import annotations

import secrets
from typing import Final

_ALPHABET: Final = b"23456789abcdefghjkmnpqrstuvwxyz"
_LETTERS: Final = 16
# Bytes that would give the first letters a better chance are left out.
_FAIR: Final = 256 // len(_ALPHABET) * len(_ALPHABET)
_BIASED: Final = bytes(range(_FAIR, 256))
_LETTER_OF: Final = bytes(_ALPHABET[number % len(_ALPHABET)] for number in range(256))


def new_id(prefix: str) -> str:
    """Return `prefix_` and 16 random characters without look-alikes (79 bits)."""
    return new_ids(prefix, 1)[0]


def new_ids(prefix: str, count: int) -> list[str]:
    """Return so many of them."""
    needed, letters = _LETTERS * count, ""
    while len(letters) < needed:
        letters += secrets.token_bytes(needed).translate(_LETTER_OF, _BIASED).decode()
    return [f"{prefix}_{letters[place : place + _LETTERS]}" for place in range(0, needed, _LETTERS)]
