"""What no log may hold is taken out of every line: by the name of a field, by its shape, and by its very text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, Final

GONE: Final = "[redacted]"
_LEAST: Final = 8
_MOST: Final = 50_000
_DEEPEST: Final = 6

_NAME: Final = re.compile(
    r"(?i)^(.*_)?(authorization|cookies?|set_cookie|private_token|password\d?|passwd|secret(_key)?|sealed_secret"
    r"|secret_hash|token|api_?key|encryption_keys?|session_?id|session_?key|csrf_?token|csrfmiddlewaretoken"
    r"|database_url|redis_url|email_url|locals)$"
)
_SHAPES: Final = tuple(
    (re.compile(pattern), into)
    for pattern, into in (
        (r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie|private-token|x-api-key)(['\"]?\s*[:=,]\s*)[^\r\n]+",
         rf"\1\2{GONE}"),
        (r"\bmlt_([0-9A-Za-z]{1,16})_[0-9A-Za-z]+", rf"mlt_\1_{GONE}"),
        (r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}", rf"\1 {GONE}"),
        (r"\b([A-Za-z][\w+.-]{1,30}://)[^/\s@'\"]{1,300}@", rf"\1{GONE}@"),
        (r"(?i)\b(\w{0,30}(?:password|passwd|secret|token|api_?key|sessionid|csrftoken)\w{0,10})(['\"]?\s?[=:]\s?['\"]?)"
         r"[^\s'\"&,;)}\]]{4,}", rf"\1\2{GONE}"),
        (r"(?<![\w-])[\w-]{43}=(?![\w=-])", GONE),
        (r"\bgAAAAA[\w-]{20,}={0,2}", GONE),
        (r"(/nudges/)[^/\s?'\"]+", rf"\1{GONE}"),
        (r"(/calendars/)[^/\s?'\"]+", rf"\1{GONE}"),
        (r"(/mails/)[^/\s?'\"]+", rf"\1{GONE}"),
        (r"(/s/)[^/\s?'\"]{8,}", rf"\1{GONE}"),
        (r"(/subscriptions/)(?!sub_)[^/\s?'\"]+(?=/off)", rf"\1{GONE}"),
        (r"(/invitations/)[^/\s?'\"]+", rf"\1{GONE}"),
        (r"(/password/reset/key/)[^/\s?'\"]+", rf"\1{GONE}"),
    )
)  # fmt: skip
_known: tuple[str, ...] = ()


def hide(*secrets: str) -> None:
    """Take these texts out of every later line of this process. Texts of fewer than 8 characters are left."""
    global _known
    new = {secret for secret in secrets if len(secret) >= _LEAST} - set(_known)
    if new:  # A new tuple, longest first: other threads may be reading the old one.
        _known = tuple(sorted({*_known, *new}, key=len, reverse=True))


def clean(text: str) -> str:
    """Return a text without secrets."""
    found = text[:_MOST]
    for secret in _known:
        found = found.replace(secret, GONE)
    for pattern, into in _SHAPES:
        found = pattern.sub(into, found)
    return found


def clean_value(name: str, value: Any, depth: int = 0) -> Any:
    """Return a field's value without secrets: numbers and the like as they are, anything unknown as its text."""
    if _NAME.match(name.replace("-", "_")):
        return value if value is None or isinstance(value, bool) else GONE
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth < _DEEPEST and isinstance(value, Mapping):
        return {clean(str(key)): clean_value(str(key), each, depth + 1) for key, each in value.items()}
    if depth < _DEEPEST and isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [clean_value(name, each, depth + 1) for each in value]
    return clean(str(value))


def redact(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Clean a whole event, as a processor of structlog."""
    return {name: clean_value(name, value) for name, value in event.items()}
