"""How the options of a connection are read: what is unknown or cannot be used is named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from projects.connectors.base import ConnectorError


def read_options(
    given: Mapping[str, Any], known: Collection[str], checked: Callable[[str, Any], Any]
) -> dict[str, Any]:
    """Return the options of a JSON object as `checked` makes them. Raises ConnectorError `bad_options`."""
    read: dict[str, Any] = {}
    for key, value in given.items():
        if key not in known:
            raise bad_option(key, "is unknown")
        read[key] = checked(key, value)
    return read


def bad_option(key: str, why: str) -> ConnectorError:
    """Return the error for an option that cannot be used."""
    return ConnectorError(f"The option {key!r} {why}.", permanent=True, code="bad_options")


def whole_number(key: str, value: Any, largest_page: int) -> int:
    """Return a number of seconds, or of what a page holds. Raises ConnectorError `bad_options`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise bad_option(key, "must be a whole number that is not negative")
    if key == "page_size" and not 1 <= value <= largest_page:
        raise bad_option(key, f"must be between 1 and {largest_page}")
    return value
