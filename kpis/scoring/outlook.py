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
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

ENOUGH: Final = 12
MOST_AHEAD: Final = 26
LEVEL: Final = 0.8
MOST_TRIED: Final = 52
Numbers = NDArray[np.float64]


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
    jumps = _Jumps.of(known)
    walk = jumps.walk(len(known))
    steps = tuple(walk.ahead(number, level) for number in range(1, min(ahead, MOST_AHEAD, len(known) // 2) + 1))
    tried = range(max(ENOUGH, len(known) - MOST_TRIED), len(known))
    held = [jumps.held(end, level) for end in tried]
    return Outlook(len(known), ENOUGH, steps, level, sum(held), len(held))


@lru_cache(maxsize=1_000)
def _quantile(level: float, degrees: int) -> float:
    return float(student.ppf((1 + level) / 2, degrees))


@dataclass(frozen=True, slots=True)
class _Jumps:
    """The known values, and how wide and how far each step between two of them is."""

    known: Sequence[tuple[int, float]]
    wide: Numbers
    moved: Numbers

    @classmethod
    def of(cls, known: Sequence[tuple[int, float]]) -> Self:
        places, values = np.array([place for place, _ in known]), np.array([value for _, value in known])
        return cls(known, np.diff(places).astype(np.float64), np.diff(values))

    def walk(self, end: int) -> _Walk:
        """Return the walk of the first `end` known values."""
        (first, begin), (last, there) = self.known[0], self.known[end - 1]
        length, count = last - first, end - 1
        drift = (there - begin) / length
        wide = self.wide[:count]
        squares = float(np.sum((self.moved[:count] - wide * drift) ** 2 / wide))
        return _Walk(there, drift, math.sqrt(squares / (count - 1)), length, count - 1)

    def held(self, end: int, level: float) -> bool:
        """Say whether a value lay in the interval that the walk of those before it would have told."""
        place, value = self.known[end]
        step = self.walk(end).ahead(place - self.known[end - 1][0], level)
        return step.low <= value <= step.high
