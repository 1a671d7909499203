"""Which KPIs are made of which: the way back to itself that a formula must not have. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def way_back(start: str, made_of: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Return the shortest way from a KPI over what it is made of back to itself, empty where there is none.

    `made_of` gives the keys that each derived KPI names; the way begins and ends with `start`.
    """
    before: dict[str, str] = {}
    waiting = [start]
    for key in waiting:
        for part in sorted(made_of.get(key, ())):
            if part == start:
                return _way(key, start, before)
            if part not in before:
                before[part] = key
                waiting.append(part)
    return ()


def _way(key: str, start: str, before: Mapping[str, str]) -> tuple[str, ...]:
    way = [start]
    while key != start:
        way.append(key)
        key = before[key]
    return (start, *reversed(way[1:]), start)
