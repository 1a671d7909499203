"""The history of an initiative's stages, brought in order. Pure.

Moves are told as they happen, or later with the moment at which they happened. The move with which an initiative is
made says nothing but that it is here: where it is the default one (framing, active, without a note) it gives way as
soon as something earlier is told, so that a history can be brought in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

FIRST: Final = "framing"
ACTIVE: Final = "active"
CANCELLED: Final = "cancelled"
LATER: Final = timedelta(minutes=1)
"""What is kept so long after it happened was entered later; a deed is kept within the same transaction."""


@dataclass(frozen=True, slots=True)
class StageMove:
    """A move to a stage or state: `number` counts moves as they were kept, `reason` is why it was cancelled or ""."""

    number: int
    stage: str
    state: str
    at: datetime
    recorded_at: datetime
    note: str = ""
    reason: str = ""


def in_order(moves: Iterable[StageMove]) -> list[StageMove]:
    """Return the moves in the order in which they happened, without an opening that gives way."""
    ordered = sorted(moves, key=lambda each: (each.at, each.number))
    opening = min(ordered, key=lambda each: each.number, default=None)
    if opening is None or opening is ordered[0] or not _is_default(opening):
        return ordered
    return [each for each in ordered if each is not opening]


def standing(moves: Sequence[StageMove], at: datetime) -> StageMove | None:
    """Return the move that held at a moment, of moves in order; None before the first."""
    return next((each for each in reversed(moves) if each.at <= at), None)


def entered_later(at: datetime, recorded_at: datetime) -> bool:
    """Say whether a move was kept after it happened."""
    return recorded_at - at > LATER


def _is_default(move: StageMove) -> bool:
    plain = move.stage == FIRST and move.state == ACTIVE and not move.note
    return plain and not entered_later(move.at, move.recorded_at)
