"""The sprints and tasks of the sample stories, counted in days from now. Plain Python, no Django."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

SPRINTS: Final = ("Sample sprint 1", "Sample sprint 2")
LENGTH: Final = 14
GOALS: Final = ("A model that can be measured", "Into integration")
_MOMENTS: Final = {"created": "created_at", "started": "started_at", "done": "done_at"}


def sprint_days(now: datetime) -> Iterator[tuple[str, str, date, date]]:
    """Yield name, goal and days of two sprints, of which the second is half over."""
    first = now.date() - timedelta(days=LENGTH + LENGTH // 2)
    for name, goal in zip(SPRINTS, GOALS, strict=True):
        yield name, goal, first, first + timedelta(days=LENGTH - 1)
        first += timedelta(days=LENGTH)


def tasks_of(text: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """Return the tasks of a story as they are pushed, with moments so many days ago."""
    return [_task(text["key"], number, told, now) for number, told in enumerate(text.get("tasks", ()), 1)]


def _task(key: str, number: int, told: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    moments = {_MOMENTS[name]: (now - timedelta(days=told[name])).isoformat() for name in _MOMENTS if name in told}
    sprint = {"sprint": SPRINTS[told["sprint"] - 1]} if "sprint" in told else {}
    known = {name: told[name] for name in ("title", "type", "estimate")}
    return {"external_id": f"sample-{key}-{number}", **known, **moments, **sprint}
