"""What a cell of a file may hold, and how it is written where there is only text. Pure."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

Cell: TypeAlias = str | int | float | Decimal | date | datetime | None


def cell_text(value: Cell) -> str:
    """Return a cell as text: nothing for None, yes and no, days and moments by ISO 8601, numbers without loss."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return repr(value) if isinstance(value, float) else str(value)


def day_of(text: str | None) -> date | None:
    """Return the day that a text of our own JSON names, None where there is none."""
    return date.fromisoformat(text[:10]) if text else None
