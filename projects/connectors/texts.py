"""Texts of foreign systems, made storable."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

LONGEST_LABEL: Final = 200
JOIN: Final = " + "
_DIGEST: Final = 8


def storable(text: str) -> str:
    """Return the text with NUL and lone surrogates, which PostgreSQL cannot hold, shown as U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def joined_label(parts: Iterable[str]) -> str:
    """Return one label value of several: each once, sorted and joined, so that their order says nothing.

    One that is too long is cut and keeps a digest, so that different ones stay different. Without a part it is "".
    """
    label = storable(JOIN.join(sorted(set(parts))))
    if len(label) <= LONGEST_LABEL:
        return label
    digest = hashlib.sha256(label.encode()).hexdigest()[:_DIGEST]
    return f"{label[: LONGEST_LABEL - _DIGEST - 1]}…{digest}"
