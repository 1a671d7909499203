"""Times in turns, so that what else the machine does falls on both sides alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median


def seconds(deed: Callable[[], object]) -> float:
    """Return how long a deed takes."""
    begun = time.perf_counter()
    deed()
    return time.perf_counter() - begun


def in_turns(deeds: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Do all deeds in turn, so many times, and return each one's median of seconds."""
    return {name: median(times) for name, times in all_in_turns(deeds, rounds).items()}


def all_in_turns(deeds: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Do all deeds in turn, so many times, and return each one's seconds."""
    found: dict[str, list[float]] = {name: [] for name in deeds}
    for _ in range(rounds):
        for name, deed in deeds.items():
            found[name].append(seconds(deed))
    return found


def rate(rows: float, took: float) -> str:
    """Return rows a second in words."""
    return f"{rows / took:,.0f}/s"


def milliseconds(took: float) -> str:
    """Return a duration in milliseconds in words."""
    return f"{took * 1000:.1f} ms"
