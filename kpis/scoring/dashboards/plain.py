"""What a panel shows as plain JSON, for programs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, Final

DRAWN: Final = {"drawn": True}
"""The metadata of a field that is only there to be drawn, and no part of an answer."""


def plain(value: Any) -> Any:
    """Return dataclasses as objects without what is only drawn, sequences as lists, days as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value) if each.metadata != DRAWN}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
