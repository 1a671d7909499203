"""Facts as one value per period: what stood at its end, or how often something happened in it. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from datetime import datetime


def levels(events: Sequence[tuple[datetime, float | None]], ends: Sequence[datetime]) -> list[float | None]:
    """Return what stood just before each end, None before the first event; events and ends are in order of time."""
    times = [moment for moment, _ in events]
    places = [bisect_left(times, end) for end in ends]
    return [events[place - 1][1] if place else None for place in places]


def counts(
    moments: Sequence[datetime], starts: Sequence[datetime], ends: Sequence[datetime], since: datetime
) -> list[float | None]:
    """Return how many moments, in order, lie in each period from its start on and before its end.

    A period that ended before `since` had nothing that could happen: None. One that did has 0 where nothing happened.
    """
    found = zip(starts, ends, strict=True)
    return [
        None if end <= since else float(bisect_left(moments, end) - bisect_left(moments, start)) for start, end in found
    ]


def added(events: Sequence[tuple[datetime, Hashable, float]]) -> list[tuple[datetime, float]]:
    """Return the running sum of several levels, each known by a name: (time, name, level) in order of time."""
    levels_now: dict[Hashable, float] = {}
    found = []
    for moment, name, level in events:
        levels_now[name] = level
        found.append((moment, sum(levels_now.values())))
    return found
