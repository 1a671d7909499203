"""What a drawing says, in words, for those who do not see it."""

from __future__ import annotations

from collections.abc import Sequence

from mltrack.drawing.scale import finite
from mltrack.formats import number, percent


def shown(value: float | None, unit: str = "") -> str:
    """Return a value with its unit; the unit "ratio" is shown as a percentage."""
    if unit == "ratio":
        return percent(value)
    return f"{number(value)} {unit}".strip()


def interval_words(
    value: float | None, low: float | None, high: float | None, goal: str, n: int | None, unit: str
) -> str:
    """Return the sentence of an interval bar: observed, interval, n, target."""
    parts = [f"observed {shown(value, unit)}" if value is not None else "nothing observed"]
    if low is not None or high is not None:
        parts.append(f"interval {shown(low, unit)} to {shown(high, unit)}")
    parts.append(f"n {number(n)}" if n is not None else "n unknown")
    if goal:
        parts.append(f"target {goal}")
    return ", ".join(parts)


def series_words(label: str, values: Sequence[float | None], unit: str = "") -> str:
    """Return the sentence of a sparkline: first, last, lowest and highest value and what is missing."""
    known = [v for v in values if v is not None and finite(v)]
    if not known:
        return f"{label}: no values"
    words = (
        f"{label}: from {shown(known[0], unit)} to {shown(known[-1], unit)}, "
        f"lowest {shown(min(known), unit)}, highest {shown(max(known), unit)}"
    )
    gaps = len(values) - len(known)
    return f"{words}, {gaps} missing" if gaps else words
