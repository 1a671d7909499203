"""MLflow's numbers and times, made storable."""

from __future__ import annotations

import math
import sys
from datetime import UTC, datetime
from typing import Any

from mltrack.periods import BEYOND
from projects.connectors.records import Special

_BEYOND_MS = int(BEYOND.timestamp() * 1000)
_WORDS: dict[str, Special] = {
    "nan": "nan",
    "infinity": "inf",
    "+infinity": "inf",
    "inf": "inf",
    "-infinity": "-inf",
    "-inf": "-inf",
}


def number(raw: Any) -> tuple[float | None, Special | None]:
    """Return a metric's value and what is special about it.

    MLflow's SQL store keeps infinities as the largest double, so that one is read as infinity. NaN comes as a
    string or as a bare token. Raises ValueError for what is no number.
    """
    if isinstance(raw, str):
        word = _WORDS.get(raw.strip().lower())
        if word is not None:
            return None, word
        raw = float(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise ValueError("not a number")
    value = float(raw)
    if math.isnan(value):
        return None, "nan"
    if value >= sys.float_info.max:
        return None, "inf"
    if value <= -sys.float_info.max:
        return None, "-inf"
    return value, None


def whole(raw: Any) -> int:
    """Return a 64-bit integer that came as a number or a string. Raises ValueError."""
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        raise ValueError("not a whole number")
    value = int(raw)
    if not -(2**63) <= value < 2**63:
        raise ValueError("a number beyond 64 bits")
    return value


def moment(raw: Any) -> datetime | None:
    """Return the time of epoch milliseconds; None for absent and for 0, which MLflow sends for "not set".

    Raises ValueError before 1970 and after the year 2199.
    """
    if raw is None:
        return None
    milliseconds = whole(raw)
    if milliseconds == 0:
        return None
    if not 0 < milliseconds < _BEYOND_MS:
        raise ValueError(f"the time {milliseconds} is out of range")
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
