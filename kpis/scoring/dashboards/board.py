"""Which KPIs of a board come first, and what the board says as a whole. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from kpis.scoring.kpi_words import StandingState
from kpis.scoring.wording import counted, listed

ORDER: Final[tuple[StandingState, ...]] = ("missed", "behind", "no_data", "", "on_pace", "ahead", "met")
ATTENTION: Final = frozenset({"missed", "behind", "no_data"})
NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Doing:
    """What is being done about a KPI: the newest word of people on its chart or on an initiative that is tied to it.

    `health` is that declared with an update, "" for a note; `initiative` is a key, "" for a note.
    """

    words: str
    who: str
    on: date
    initiative: str = ""
    health: str = ""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A KPI with where it stands, in words; `gap` is attainment less the expected share, `initiatives` are keys."""

    key: str
    name: str
    state: StandingState
    value: str
    unit: str
    period: str
    delta: str
    against: str
    tone: str
    goal: str
    attainment: float | None
    attainment_words: str
    gap: float | None
    pace: str
    owner: str
    late: bool
    spark: tuple[float | None, ...]
    edge: float | None
    initiatives: tuple[str, ...] = ()
    doing: Doing | None = None


def rank(state: StandingState, gap: float | None, key: str) -> tuple[int, float, str]:
    """Return what a board is sorted by: the worst state first, then the widest gap to the pace, then the key."""
    return ORDER.index(state), gap if gap is not None else 0.0, key


def needs_attention(state: StandingState, *, is_late: bool) -> bool:
    """Say whether a KPI is missed, behind its pace, without data, or overdue a reading."""
    return state in ATTENTION or is_late


def board_sentence(states: Sequence[tuple[str, StandingState]], undone: int) -> str:
    """Return how many of the KPIs, (name, state) each in the board's order, are behind, and which.

    `undone` is how many of those that are behind or missed nobody said anything about.
    """
    if not states:
        return "No KPI yet."
    counts = Counter[str](state for _, state in states)
    behind = [name for name, state in states if state in ("missed", "behind")]
    if not behind:
        rest = f"; {counts['no_data']} without readings" if counts["no_data"] else ""
        return f"None of {counted(len(states), 'KPI')} is behind its pace{rest}."
    parts = [
        f"{counts[state]} {word}" for state, word in (("behind", "behind pace"), ("missed", "missed")) if counts[state]
    ]
    more = len(behind) - NAMED
    names = listed([*behind[:NAMED], *([f"{more} more"] if more > 0 else [])])
    words = f"{' and '.join(parts)} of {counted(len(states), 'KPI')}: {names}."
    return f"{words} Nothing is said of {undone} of them." if undone else words
