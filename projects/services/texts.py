"""What PostgreSQL can hold as text. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit


def storable(text: str) -> bool:
    """Say whether a text has neither NUL nor lone surrogates."""
    if "\x00" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def whole_text(value: Any, longest: int, *, empty: bool = True) -> str | None:
    """Return what is wrong with a text in words, or None: its type, its length, or characters without a form."""
    if not isinstance(value, str):
        return "must be text"
    if not empty and not value.strip():
        return "must not be empty"
    if len(value) > longest:
        return f"is longer than {longest} characters"
    return None if storable(value) else "has characters that cannot be stored"


def is_web_address(text: str) -> bool:
    """Say whether a text is an address that a browser may be led to: http or https, with a host."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def without_secrets(address: str) -> str:
    """Return an address without user, password, query and fragment, where tokens stand; a path as it is."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if not parts.netloc:
        return address
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def json_safe(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values for the audit trail: people by address, dates and times in ISO 8601."""
    return {name: _json_safe(value) for name, value in values.items()}


def _json_safe(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return getattr(value, "email", value)
