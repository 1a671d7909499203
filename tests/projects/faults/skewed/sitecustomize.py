"""Gives a process a wrong clock, `CLOCK_OFFSET` seconds off: Python reads this file first where it is on the path."""

from __future__ import annotations

import datetime
import os
import time
from datetime import datetime as TrueDatetime
from typing import Any

OFFSET = float(os.environ.get("CLOCK_OFFSET", "0"))
_true_time = time.time


class _Kind(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, TrueDatetime)


class _Skewed(TrueDatetime, metaclass=_Kind):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        """Return the wrong moment."""
        return TrueDatetime.now(tz) + datetime.timedelta(seconds=OFFSET)


if OFFSET:
    time.time = lambda: _true_time() + OFFSET
    datetime.datetime = _Skewed  # type: ignore[misc]
