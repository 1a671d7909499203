"""When a webhook is tried again, and when it has failed for too long. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

PAUSES: Final = (5, 60, 300, 1800, 7200, 14_400, 21_600, 36_000)
"""Seconds to wait after the first try, the second, and so on: 22.6 hours in all. After the last nothing is tried."""
MOST_ASKED: Final = 43_200.0
"""The longest wait that a receiver can ask for, in seconds."""
LONGEST_REST: Final = 300.0
FAILED_FOR: Final = timedelta(days=5)


def wait_after(attempts: int, asked: float | None = None) -> float | None:
    """Return the seconds until the next try after so many, at least what the receiver `asked` for; None after all."""
    if attempts > len(PAUSES):
        return None
    return max(float(PAUSES[attempts - 1]), min(asked or 0.0, MOST_ASKED))


def rest_after(failures: int, asked: float | None = None) -> float:
    """Return the seconds in which a webhook is sent nothing at all after so many failures in a row."""
    grown = float(PAUSES[min(failures, len(PAUSES)) - 1])
    return max(min(grown, LONGEST_REST), min(asked or 0.0, MOST_ASKED))


def has_failed_too_long(since: datetime, now: datetime) -> bool:
    """Say whether nothing has arrived for five days."""
    return now - since >= FAILED_FOR
