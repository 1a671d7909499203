"""How long things take where only one thing can end them: Kaplan and Meier's estimate (JASA 53, 1958).

Who has not come to the end yet is counted for as long as it was seen. The band is the log-log interval (Kalbfleisch and
Prentice, The Statistical Analysis of Failure Time Data, 1980) with Greenwood's variance.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Z95: Final = 1.959963984540054
HALF: Final = 0.5
LEAST_EVENTS: Final = 10
"""Below so many ends there is a curve with its band, and no median."""


@dataclass(frozen=True, slots=True)
class SurvivalStep:
    """The share still there after so many days, with its 95 % band; None where no band can be told."""

    days: float
    at_risk: int
    events: int
    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Survival:
    """A curve of `n` of which `events` came to their end; `median` is the first day with half or less still there.

    `honest_median` is the same where enough events lie behind it; `why` says why it is None.
    """

    n: int
    events: int
    steps: tuple[SurvivalStep, ...]
    median: float | None

    @property
    def why(self) -> str:
        """Why no median is shown, "" where one is."""
        if not self.n:
            return "nobody was here"
        if self.median is None:
            return "fewer than half got further so far"
        return f"only {self.events} came through, {LEAST_EVENTS} are needed" if self.events < LEAST_EVENTS else ""

    @property
    def honest_median(self) -> float | None:
        """The median where it is one."""
        return None if self.why else self.median


def kaplan_meier(days: Sequence[float], ended: Sequence[bool]) -> Survival:
    """Return the curve of durations in days, each ended or still going on. A step stands where something ended.

    Raises ValueError for durations that are negative or no numbers, and where the two differ in length.
    """
    if any(not math.isfinite(each) or each < 0 for each in days):
        raise ValueError("Durations are finite numbers from zero on.")
    seen = Counter(days)
    ends = Counter(day for day, end in zip(days, ended, strict=True) if end)
    share, spread, steps, at_risk = 1.0, 0.0, [], len(days)
    for day in sorted(seen):
        events = ends[day]
        if events:
            share *= 1 - events / at_risk
            spread += events / (at_risk * (at_risk - events)) if at_risk > events else 0.0
            low, high = _band(share, spread)
            steps.append(SurvivalStep(day, at_risk, events, share, low, high))
        at_risk -= seen[day]
    median = next((each.days for each in steps if each.share <= HALF + 1e-12), None)
    return Survival(len(days), sum(each.events for each in steps), tuple(steps), median)


def _band(share: float, spread: float) -> tuple[float | None, float | None]:
    if not 0 < share < 1:
        return None, None
    width = Z95 * math.sqrt(spread) / abs(math.log(share))
    return share ** math.exp(width), share ** math.exp(-width)
