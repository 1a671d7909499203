"""Numbers and lists in words, for reasons and expectations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime


def figure(value: float) -> str:
    """Return a number with at most four decimals and no needless zeros: 0.9153, 1,204.5, 3."""
    if value != 0 and abs(value) < 0.0001:
        return f"{value:.2g}"
    text = f"{value:,.4f}" if abs(value) < 1000 else f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def lower_figure(value: float) -> str:
    """Return a lower bound rounded down, so that it never looks as if it reached its target."""
    return figure(math.floor(value * 10_000) / 10_000)


def upper_figure(value: float) -> str:
    """Return an upper bound rounded up."""
    return figure(math.ceil(value * 10_000) / 10_000)


def percent(ratio: float) -> str:
    """Return a ratio as a percentage with at most two decimals: 0.95 is "95 %"."""
    return f"{ratio * 100:.2f}".rstrip("0").rstrip(".") + " %"


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does: "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " and " + words[-1]


def counted(number: int, noun: str) -> str:
    """Return a count with its noun: "1 case", "1,204 cases"."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def day(moment: datetime) -> str:
    """Return the date of a moment, as 2027-03-01."""
    return moment.date().isoformat()
