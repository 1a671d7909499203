"""Every path of the API: what the URLconf has, and an id of each kind to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

PREFIX = "api/v1/"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OPEN = ("schema/", "docs/")


def views() -> dict[str, Any]:
    """Return the view of each path below /api/v1/, as the URLconf has them; {} marks a part that varies."""
    return {
        route.removeprefix(PREFIX): view
        for route, view in _walk(get_resolver("mltrack.urls").url_patterns, "")
        if route.startswith(PREFIX) and route.removeprefix(PREFIX) not in OPEN
    }


def served() -> dict[str, frozenset[str]]:
    """Return the methods of each path."""
    return {
        route: frozenset(name for name in METHODS if hasattr(view, name.lower())) for route, view in views().items()
    }


def _walk(patterns: list[Any], before: str) -> Iterator[tuple[str, Any]]:
    for each in patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _walk(each.url_patterns, route)
        elif isinstance(each, URLPattern):
            yield re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route), getattr(each.callback, "view_class", each.callback)


def filled(route: str, ids: dict[str, str]) -> str:
    """Return a path with ids; what `{key}` means is told by the noun before it."""
    return re.sub(r"(\w+)/{(\w+)}", lambda found: f"{found[1]}/{ids[_kind(found[1], found[2])]}", route)


def parts_of(route: str) -> list[str]:
    """Return the kinds of id in a path, in order."""
    return [_kind(noun, name) for noun, name in re.findall(r"(\w+)/{(\w+)}", route)]


def _kind(noun: str, name: str) -> str:
    return noun if name == "key" else name
