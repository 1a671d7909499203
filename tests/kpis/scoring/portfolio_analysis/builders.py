"""Histories of initiatives by stage and day, as tests tell them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from kpis.scoring.portfolio_analysis.histories import History
from projects.progress.stages import StageMove

DAY_ZERO: Final = datetime(2026, 1, 1, tzinfo=UTC)


def on(day: float) -> datetime:
    """Return the moment of a day."""
    return DAY_ZERO + timedelta(days=day)


def history(*moves: tuple[str, float], until: float = 100, key: str = "CHURN", reasons: str = "") -> History:
    """Return a history of (stage, day); `cancelled`, `paused` and `active` are states in the stage before.

    `reasons` are told with the cancellations, separated by blanks.
    """
    stage, state, found, told = "framing", "active", [], reasons.split()
    for number, (word, day) in enumerate(moves):
        if word in ("cancelled", "paused", "active"):
            state = word
        else:
            stage, state = word, "active"
        reason = told.pop(0) if word == "cancelled" and told else ""
        found.append(StageMove(number, stage, state, on(day), on(day), reason=reason))
    return History(key, found, on(until))
