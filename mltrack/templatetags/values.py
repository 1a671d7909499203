"""What templates hand over: a missing variable arrives as an empty text."""

from __future__ import annotations


def as_number(value: object) -> float | None:
    """Return a number, or None for what is none: missing, empty, a word."""
    if value is None or value == "":
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def as_count(value: object) -> int | None:
    """Return a whole number, or None for what is none."""
    number = as_number(value)
    return int(number) if number is not None and number.is_integer() else None
