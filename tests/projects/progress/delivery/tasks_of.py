"""Tasks by days since a Monday, so that cases read as a calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from projects.progress.delivery.facts import Change, Status, TaskFact

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)


def at(days: float) -> datetime:
    """Return the moment so many days after Monday, 2 November 2026, nine o'clock."""
    return MONDAY + timedelta(days=days)


def moves(*told: tuple[float, Status]) -> tuple[Change, ...]:
    """Return transitions by day."""
    return tuple(Change(at(day), status) for day, status in told)


def task(key: str, status: Status, created: float = 0, **more: Any) -> TaskFact:
    """Return a task; `started`, `done`, `cancelled` and `deleted` are days."""
    names = {"started": "started_at", "done": "done_at", "cancelled": "cancelled_at", "deleted": "deleted_at"}
    values: dict[str, Any] = {
        names.get(name, name): at(value) if name in names else value for name, value in more.items()
    }
    return TaskFact(key, status, at(created), **values)


def done(key: str, created: float, started: float, ended: float, **more: Any) -> TaskFact:
    """Return a finished task."""
    return task(key, "done", created, started=started, done=ended, **more)
