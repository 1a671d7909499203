"""Reading single values out of a tracker's JSON. What is wrong is a ValueError in words."""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Any, Final

from mltrack.periods import BEYOND, EARLIEST
from projects.connectors.texts import storable

LONGEST_TITLE: Final = 250
LONGEST_WORD: Final = 250
LONGEST_NAME: Final = 120
LONGEST_BODY: Final = 100_000
LARGEST_ESTIMATE: Final = 9_999.99


def moment(raw: Any) -> datetime:
    """Return the aware UTC moment of an ISO 8601 text; one without an offset is UTC."""
    if not isinstance(raw, str):
        raise ValueError("a time is no text")
    at = datetime.fromisoformat(raw)
    return in_range(at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC))


def in_range(at: datetime) -> datetime:
    """Return an aware moment that can be kept."""
    if not EARLIEST <= at < BEYOND:
        raise ValueError(f"the time {at.isoformat()} is out of range")
    return at


def moment_or_none(raw: Any) -> datetime | None:
    """Return the moment of a text, None where there is none."""
    return None if raw in (None, "") else moment(raw)


def day_or_none(raw: Any) -> date | None:
    """Return the day that an ISO date or time begins with, None where there is none."""
    if raw in (None, ""):
        return None
    if not isinstance(raw, str):
        raise ValueError("a date is no text")
    found = date.fromisoformat(raw[:10])
    if not EARLIEST.year <= found.year < BEYOND.year:
        raise ValueError(f"the date {raw[:40]} is out of range")
    return found


def day_of(raw: Any) -> date | None:
    """Return the same, and None for what is no date: a sprint without its days is worth keeping."""
    try:
        return day_or_none(raw)
    except ValueError:
        return None


def id_text(raw: Any) -> str:
    """Return an id, a positive whole number or a text, as text."""
    if isinstance(raw, int) and not isinstance(raw, bool) and raw > 0:
        return str(raw)
    if isinstance(raw, str) and raw.strip() and len(raw) <= LONGEST_WORD and storable(raw) == raw:
        return raw
    raise ValueError("its id is missing or strange")


def word(raw: Any) -> str:
    """Return a short text of the tracker, "" where there is none."""
    return storable(raw).strip()[:LONGEST_WORD] if isinstance(raw, str) else ""


def title_of(raw: Any) -> str:
    """Return a title; a task must have one."""
    text = storable(raw).strip() if isinstance(raw, str) else ""
    if not text:
        raise ValueError("it has no title")
    return text[:LONGEST_TITLE]


def body_of(raw: Any) -> str:
    """Return a body as its tracker sends it, HTML too: whoever shows it makes it harmless."""
    return storable(raw).replace("\r\n", "\n")[:LONGEST_BODY] if isinstance(raw, str) else ""


_PRIORITIES: Final = (
    (4, ("urgent", "critical", "blocker", "immediate", "highest")),
    (3, ("high", "major")),
    (2, ("medium", "normal", "moderate")),
    (1, ("low", "minor", "trivial", "wish")),
)


def priority_of(raw: Any) -> int | None:
    """Return how urgent a word such as "High" is, 4 (urgent) to 1 (low); None where it does not say."""
    plain = word(raw).casefold()
    return next((rank for rank, stems in _PRIORITIES if plain.startswith(stems)), None)


def estimate_of(raw: Any) -> float | None:
    """Return an estimate that is a sane number, else None."""
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        return None
    return float(raw) if 0 <= raw <= LARGEST_ESTIMATE else None


def inner(raw: Any, key: str, name: str = "name") -> Any:
    """Return `name` of the object under `key`, None where either is missing."""
    found = raw.get(key) if isinstance(raw, dict) else None
    return found.get(name) if isinstance(found, dict) else None


def unread_parts(raw: Any, known: Collection[str]) -> list[str]:
    """Return the names of an object's parts that hold something and are not among those that are known.

    Addresses say where more is, and hold nothing themselves; so do numbers that are zero.
    """
    parts = raw.items() if isinstance(raw, dict) else ()
    return [word(name) for name, value in parts if name not in known and not name.endswith("url") and _holds(value)]


def _holds(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds(each) for name, each in value.items() if not name.endswith("url"))
    if isinstance(value, list):
        return any(map(_holds, value))
    return value not in (None, "", 0, False)


def after_prefix(labels: list[str], prefix: str) -> str:
    """Return what follows a prefix in the first label that has it, in the order of the alphabet; "" without one."""
    found = [each[len(prefix) :].strip() for each in sorted(labels) if prefix and each.lower().startswith(prefix)]
    return next((each for each in found if each), "")
