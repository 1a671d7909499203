"""What will be ready for production in a period, and what stands in the way. Pure.

A kept forecast says by which day an initiative is ready with an even chance (P50) and with 85 % (P85).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from kpis.scoring.timeline import day
from kpis.scoring.wording import counted

Chance = Literal["arrived", "ready", "likely", "even", "unlikely", "untold"]
ORDER: Final[tuple[Chance, ...]] = ("arrived", "ready", "likely", "even", "unlikely", "untold")


@dataclass(frozen=True, slots=True)
class Arrival:
    """An initiative that may arrive; `in_the_way` is what blocks it in a few words, "" for nothing."""

    key: str
    name: str
    stage: str
    verdict: str
    chance: Chance
    p50: date | None
    p85: date | None
    target: date | None
    in_the_way: str
    blockers: int
    decided_by: str


def chance_of(is_ready: bool, p50: date | None, p85: date | None, last: date) -> Chance:
    """Return how probable it is that an initiative is ready by the last day of a period."""
    if is_ready:
        return "ready"
    if p50 is None or p85 is None:
        return "untold"
    if p85 <= last:
        return "likely"
    return "even" if p50 <= last else "unlikely"


def in_order(arrivals: Sequence[Arrival]) -> tuple[Arrival, ...]:
    """Return those that are surest first, then by day and key."""
    return tuple(
        sorted(
            arrivals, key=lambda each: (ORDER.index(each.chance), each.p85 or date.max, each.p50 or date.max, each.key)
        )
    )


def arrivals_sentence(arrivals: Sequence[Arrival], last: date) -> str:
    """Return what may be expected by the last day of a period, and what is most often in the way of the others."""
    if not arrivals:
        return f"Nothing is forecast or due to be ready by {day(last)}."
    counts = Counter(each.chance for each in arrivals)
    said = {
        "arrived": f"{counts['arrived']} reached production",
        "ready": f"{counts['ready']} ready now",
        "likely": f"{counts['likely']} likely (P85)",
        "even": f"{counts['even']} with an even chance (P50)",
        "unlikely": f"{counts['unlikely']} due and not expected",
        "untold": f"{counts['untold']} due without a forecast",
    }
    parts = ", ".join(said[each] for each in ORDER if counts[each])
    waiting = Counter(each.in_the_way for each in arrivals if each.chance in ("even", "unlikely", "untold"))
    waiting.pop("", None)
    words = f"Of {counted(len(arrivals), 'initiative')} by {day(last)}: {parts}."
    if not waiting:
        return words
    reason, n = waiting.most_common(1)[0]
    return f"{words} Most often in the way: {reason} ({n})."
