"""One metric as a run or an evaluation reports it, with what is known of its uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """A metric's value with its sample size and interval, where the source gives them.

    `value` is None where `special` is "nan", "inf" or "-inf". Proportions are ratios from 0 to 1.
    `low` and `high` are the source's own interval (bootstrap, repeated seeds), or that of a gap between groups.
    """

    value: float | None
    special: str = ""
    n: int | None = None
    low: float | None = None
    high: float | None = None
    step: int | None = None
    time: datetime | None = None
    source: str = ""

    @property
    def number(self) -> float | None:
        """The value if it is a finite number, else None."""
        if self.special or self.value is None or not math.isfinite(self.value):
            return None
        return self.value
