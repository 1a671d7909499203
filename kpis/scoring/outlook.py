"""Where a KPI goes if it moves on as it did: a random walk with drift, and how often its intervals held. Pure.

Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, sections 5.2 and 5.5: the drift is
(last − first) / steps, and h steps ahead the error has the variance s² · h · (1 + h / steps), where s² is that of the
steps about the drift. A gap of k periods is one step of k periods, whose variance counts k times.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from scipy.stats import t as student

ENOUGH: Final = 12
MOST_AHEAD: Final = 26
LEVEL: Final = 0.8
MOST_TRIED: Final = 52


@dataclass(frozen=True, slots=True)
class Step:
    """One period ahead: its number from 1 on, the value expected then, and the ends of the interval."""

    number: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """A forecast, or why there is none: `known` of the `needed` periods with a reading.

    `held` of `tried` earlier values, at most 52, lay in the interval that this rule would have told one value before.
    """

    known: int
    needed: int
    steps: tuple[Step, ...]
    level: float
    held: int
    tried: int

    @property
    def is_told(self) -> bool:
        """Whether there was enough history for a forecast."""
        return bool(self.steps)


@dataclass(frozen=True, slots=True)
class _Walk:
    last: float
    drift: float
    spread: float
    length: int
    degrees: int

    def ahead(self, number: int, level: float) -> Step:
        error = self.spread * math.sqrt(number * (1 + number / self.length))
        reach = _quantile(level, self.degrees) * error
        value = self.last + number * self.drift
        return Step(number, value, value - reach, value + reach)


def outlook(values: Sequence[float | None], ahead: int, level: float = LEVEL) -> Outlook:
    """Return the forecast of the next `ahead` periods from the values of all periods, None where one is missing.

    At most 26 periods are told, and no more than half of those that are known: a short history reaches not far.
    """
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < ENOUGH:
        return Outlook(len(known), ENOUGH, (), level, 0, 0)
    walk = _walk(known)
    steps = tuple(walk.ahead(number, level) for number in range(1, min(ahead, MOST_AHEAD, len(known) // 2) + 1))
    tried = range(max(ENOUGH, len(known) - MOST_TRIED), len(known))
    held = [_held(known[:end], known[end], level) for end in tried]
    return Outlook(len(known), ENOUGH, steps, level, sum(held), len(held))


@lru_cache(maxsize=1_000)
def _quantile(level: float, degrees: int) -> float:
    return float(student.ppf((1 + level) / 2, degrees))


def _held(known: Sequence[tuple[int, float]], then: tuple[int, float], level: float) -> bool:
    step = _walk(known).ahead(then[0] - known[-1][0], level)
    return step.low <= then[1] <= step.high


def _walk(known: Sequence[tuple[int, float]]) -> _Walk:
    (first, begin), (last, end) = known[0], known[-1]
    length = last - first
    drift = (end - begin) / length
    jumps = [(b - a, after - before) for (a, before), (b, after) in pairwise(known)]
    squares = sum((moved - wide * drift) ** 2 / wide for wide, moved in jumps)
    return _Walk(end, drift, math.sqrt(squares / (len(jumps) - 1)), length, len(jumps) - 1)
