"""Texts of foreign systems, made storable."""

from __future__ import annotations


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
