"""Numbers and times in words, the same on every page, in mails and in reports. Pure.

Every function takes None for "not known" and answers with a dash; NaN and infinity are shown as such.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Final

NOTHING: Final = "–"
MINUS: Final = "−"
THIN: Final = "\u202f"

_SIZES = (("bn", 1e9), ("M", 1e6), ("k", 1e3))
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def _special(value: float | None) -> str | None:
    if value is None:
        return NOTHING
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    return None


def _shown(value: float, spec: str) -> str:
    """Return a finite value with a real minus sign and thin spaces; what rounds to zero loses its minus."""
    text = format(value, spec)
    if text.startswith("-") and not any(digit in text for digit in "123456789"):
        text = text[1:]
    return text.replace("-", MINUS).replace(",", THIN)


def _signed(value: float, digits: int) -> str:
    text = _shown(value, f"+,.{digits}f")
    return text if any(digit in text for digit in "123456789") else "±" + text.lstrip("+")


def percent(ratio: float | None, digits: int = 1) -> str:
    """Return a ratio (0 to 1) as a percentage: 0.912 is "91.2 %"."""
    special = _special(ratio)
    if ratio is None or special:
        return special or NOTHING
    return f"{_shown(ratio * 100, f',.{digits}f')}{THIN}%"


def points(difference: float | None, digits: int = 1) -> str:
    """Return a difference of ratios in percentage points with its sign: 0.014 is "+1.4 points"."""
    special = _special(difference)
    if difference is None or special:
        return special or NOTHING
    return f"{_signed(difference * 100, digits)} points"


def delta(difference: float | None, digits: int = 1) -> str:
    """Return a difference with its sign, in the unit of its values; nothing is "±0.0"."""
    special = _special(difference)
    if difference is None or special:
        return special or NOTHING
    return _signed(difference, digits)


def number(value: float | None, digits: int = 4) -> str:
    """Return a number with grouped thousands: 18240 is "18 240".

    Fractions below a thousand have at most `digits` significant digits, above it one decimal.
    """
    special = _special(value)
    if value is None or special:
        return special or NOTHING
    if abs(value) >= 1e15:
        return _shown(value, f".{digits}g")
    if value == int(value):
        return _shown(int(value), ",d")
    return _shown(value, ",.1f" if abs(value) >= 1000 else f".{digits}g")


def compact(value: float | None) -> str:
    """Return a large number in short, with three significant digits: 412345 is "412 k"."""
    special = _special(value)
    if value is None or special:
        return special or NOTHING
    rounded = float(f"{value:.3g}")
    for letter, size in _SIZES:
        if abs(rounded) >= size:
            return f"{number(round(rounded / size, 2), 3)}{THIN}{letter}"
    return number(rounded, 3)


def duration(seconds: float | None) -> str:
    """Return a length of time in its one or two largest units: 3725 seconds are "1 h 2 min"."""
    special = _special(seconds)
    if seconds is None or special:
        return special or NOTHING
    if seconds < 0:
        return MINUS + duration(-seconds)
    if round(seconds * 1000) < 1000:
        return f"{round(seconds * 1000)} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    return _units(round(seconds))


def _units(left: int) -> str:
    parts: list[str] = []
    for word, size in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {word}")
        if parts and (not count or len(parts) == 2):
            break
    return " ".join(parts)


def relative(moment: datetime | None, now: datetime) -> str:
    """Return a moment as seen from `now`: "3 h ago", "in 2 d"; more than 30 days away as a date.

    Both must be aware.
    """
    if moment is None:
        return NOTHING
    distance = now - moment
    if abs(distance) < timedelta(seconds=45):
        return "just now"
    if abs(distance) > timedelta(days=30):
        return moment.date().isoformat()
    words = _largest(abs(distance))
    return f"{words} ago" if distance > timedelta(0) else f"in {words}"


def _largest(distance: timedelta) -> str:
    seconds = distance.total_seconds()
    for word, size in _UNITS:
        if seconds >= size and word != "s":
            return f"{int(seconds // size)} {word}"
    return "1 min"
