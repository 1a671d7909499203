"""How far a connection to a tracker has read: the cursor, and what it says is to be read next.

Each scope is read whole once, and again in a rare sweep; in between each pull reads what changed since a mark. The mark
is the latest change that was seen, but never later than a window before the server's own clock: a change that was
written when the pull began may carry an earlier time than one that the pull saw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from projects.connectors.tracking.options import TrackerOptions

MOST_SETTLED: Final = 1_000
"""So many rows after the mark are remembered, so that they are not parsed again while nothing changes."""

_VERSION: Final = 1


@dataclass(slots=True)
class ScopeProgress:
    """What is known of one scope: the place to go on from, and rows at or after it that need no second look."""

    at: datetime | None = None
    settled: dict[str, str] = field(default_factory=dict)

    def is_settled(self, name: str, at: datetime) -> bool:
        """Say whether a row was read before, longer after its change than another change could hide in its moment."""
        return self.settled.get(name) == _text(at)

    def finish(self, mark: datetime, overlap: timedelta, read: Iterable[tuple[str, datetime]]) -> None:
        """Note that the reading is at its end, and that the next one begins at the mark or before it.

        `read` are the settled rows of this reading. Those that an overlap before the mark will bring again are kept.
        """
        if self.at is not None:
            self.at = min(self.at, mark)
            first = self.at - overlap
            kept = {name: text for name, text in self.settled.items() if datetime.fromisoformat(text) >= first}
            kept |= {name: _text(at) for name, at in read if at >= first}
            self.settled = kept if len(kept) <= MOST_SETTLED else {}


@dataclass(slots=True)
class Progress:
    """The cursor, parsed. Times with `_at` are epoch seconds."""

    scopes: dict[str, ScopeProgress] = field(default_factory=dict)
    present_at: int = 0
    swept_at: int = 0
    reading: str = ""

    @classmethod
    def load(cls, cursor: Mapping[str, Any]) -> Progress:
        """Return the progress of a cursor; one that is empty, foreign or damaged begins anew."""
        if cursor.get("version") != _VERSION:
            return cls()
        try:
            scopes = {
                str(key): ScopeProgress(_time(each["at"]), {str(k): str(v) for k, v in each["settled"].items()})
                for key, each in cursor["scopes"].items()
            }
            return cls(scopes, int(cursor["present_at"]), int(cursor["swept_at"]), str(cursor["reading"]))
        except (AttributeError, KeyError, TypeError, ValueError):
            return cls()

    def dump(self) -> dict[str, Any]:
        """Return the cursor to keep."""
        scopes = {key: {"at": each.at and _text(each.at), "settled": each.settled} for key, each in self.scopes.items()}
        times = {"present_at": self.present_at, "swept_at": self.swept_at}
        return {"version": _VERSION, "scopes": scopes, "reading": self.reading, **times}

    def begin(self, scopes: Sequence[str], options: TrackerOptions, now: int) -> None:
        """Take up these scopes; begin anew when the sweep is due or they are read otherwise than before.

        When a scope went, or other tasks are asked for, it is time to ask which ones are there.
        """
        is_first, reading = self.swept_at == 0, options.reading()
        if is_first:
            self.present_at = now
        elif set(self.scopes) - set(scopes) or reading != self.reading:
            self.present_at = 0
        if now - self.swept_at >= options.sweep_seconds or reading != self.reading:
            self.swept_at, self.reading, self.scopes = now, reading, {}
        self.scopes = {each: self.scopes.get(each) or ScopeProgress() for each in scopes}

    def is_present_due(self, options: TrackerOptions, now: int) -> bool:
        """Say whether it is time to ask which tasks are there."""
        return now - self.present_at >= options.present_seconds


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
