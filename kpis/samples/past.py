"""Sample initiatives of the past: when each moved, and how it ended. Plain Python, no Django."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROBLEM = "Sample of the past: made up, only its stages are told."


@dataclass(frozen=True, slots=True)
class Move:
    """A move at a moment: to a stage, or, with a reason, to its end."""

    at: datetime
    stage: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """An initiative of the past; `days` are (stage, days before now), `stopped` is how long ago it was cancelled."""

    key: str
    name: str
    days: tuple[tuple[str, int], ...]
    stopped: int | None
    reason: str

    def moves(self, now: datetime) -> Iterator[Move]:
        """Yield its moves, the first one first."""
        for stage, ago in self.days:
            yield Move(now - timedelta(days=ago), stage)
        if self.stopped is not None:
            yield Move(now - timedelta(days=self.stopped), self.days[-1][0], self.reason)


def past() -> list[Past]:
    """Return the initiatives of the past in the order of the file."""
    told = tomllib.loads((HERE / "past.toml").read_text())["past"]
    return [
        Past(
            key=each["key"],
            name=each["name"],
            days=tuple((stage, ago) for stage, ago in each["moves"]),
            stopped=each.get("stopped"),
            reason=each.get("reason", ""),
        )
        for each in told
    ]
