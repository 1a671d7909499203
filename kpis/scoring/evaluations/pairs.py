"""Champion and challenger on the same cases: who is right where the other is wrong.

The interval of the paired difference inverts the score test whose statistic at no difference is McNemar's, so that
interval and test agree. Source: Tango 1998 (Statistics in Medicine 17, 891-908).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from scipy import special

from kpis.scoring.proportions import DEFAULT_CONFIDENCE, Interval

HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Pairs:
    """Cases by who is right: both, the champion only, the challenger only, neither. They add up by `plus`."""

    both: int = 0
    champion_only: int = 0
    challenger_only: int = 0
    neither: int = 0

    def __post_init__(self) -> None:
        if min(self.both, self.champion_only, self.challenger_only, self.neither) < 0:
            raise ValueError("Counts of pairs are not negative.")

    def plus(self, other: Pairs) -> Pairs:
        """Return the pairs of both together."""
        return Pairs(
            self.both + other.both,
            self.champion_only + other.champion_only,
            self.challenger_only + other.challenger_only,
            self.neither + other.neither,
        )

    @property
    def n(self) -> int:
        """All pairs."""
        return self.both + self.champion_only + self.challenger_only + self.neither

    @property
    def difference(self) -> float | None:
        """Accuracy of the challenger minus that of the champion, None without pairs."""
        return (self.challenger_only - self.champion_only) / self.n if self.n else None


def pair(champion: Mapping[Hashable, bool], challenger: Mapping[Hashable, bool]) -> Pairs:
    """Pair cases by id, each with whether it was right; cases of one side only are in no pair."""
    return count_pairs((right, challenger[case]) for case, right in champion.items() if case in challenger)


def count_pairs(rows: Iterable[tuple[bool, bool]]) -> Pairs:
    """Count (champion right, challenger right), one row per case."""
    sums = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for champion, challenger in rows:
        sums[bool(champion), bool(challenger)] += 1
    return Pairs(*sums.values())


def paired_interval(pairs: Pairs, confidence: float = DEFAULT_CONFIDENCE) -> Interval | None:
    """Return the interval of the difference, None without pairs. Without discordant pairs it still has a width."""
    difference = pairs.difference
    if difference is None:
        return None
    z = float(special.ndtri((1 + confidence) / 2))
    return Interval(_end(pairs, difference, -1.0, z), _end(pairs, difference, 1.0, z))


def _end(pairs: Pairs, inside: float, outside: float, z: float) -> float:
    """Return where the score test begins to reject, between the observed difference and the end of the range."""
    if abs(score(pairs, outside)) <= z:
        return outside
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        if abs(score(pairs, middle)) <= z:
            inside = middle
        else:
            outside = middle
    return inside


def score(pairs: Pairs, difference: float) -> float:
    """Return the standard normal statistic of "the true difference is this", from −1 to 1."""
    n, gained, lost = pairs.n, pairs.challenger_only, pairs.champion_only
    surplus = gained - lost - n * difference
    if surplus == 0:
        return 0.0
    middle = -gained - lost + (2 * n - gained + lost) * difference
    last = -lost * difference * (1 - difference)
    share = (math.sqrt(max(0.0, middle * middle - 8 * n * last)) - middle) / (4 * n)
    variance = n * (2 * share + difference * (1 - difference))
    return surplus / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, surplus)
