"""Every path outside the API's endpoints, from the catalogue that a test compares with the URLconf."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from tests.browser.catalogue import DATA, DEEDS, OPEN, PAGES
from tests.browser.worlds import World

PUBLIC = ("badge_svg", "badge_json", "cli")


def every_path(world: World) -> Iterator[tuple[str, str]]:
    """Yield name and address of each path, with what the full world has."""
    for name, paths in (PAGES | OPEN).items():
        yield from ((name, world.in_full(path)) for path in paths)
    for name, path in (DATA | DEEDS).items():
        yield name, world.in_full(path)


def patterns(
    inside: list[URLPattern | URLResolver] | None = None, before: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Yield every pattern of the URLconf with its whole route."""
    for each in get_resolver().url_patterns if inside is None else inside:
        route = before + str(each.pattern)
        if isinstance(each, URLPattern):
            yield route, each
        else:
            yield from patterns(each.url_patterns, route)
