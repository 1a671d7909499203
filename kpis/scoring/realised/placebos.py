"""The same method at dates where nothing happened: how often it finds as much as at the change itself. Pure.

A permutation in time (Abadie, Diamond and Hainmueller 2010, JASA 105, 493-505, in time rather than in place): only
periods before the change are used, and ours is measured over as many periods after it as theirs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from kpis.scoring.realised.methods import LEVEL_AFTER, Method
from kpis.scoring.realised.series import NotCredible, Series, change_places

MOST: Final = 80
FEWEST: Final = 10
DOUBTFUL: Final = 0.10


@dataclass(frozen=True, slots=True)
class Placebos:
    """Effects at (date) where nothing happened, `ours` beside them, each over `length` periods after the date."""

    effects: tuple[tuple[date, float], ...] = ()
    ours: float | None = None
    length: int = 0

    @property
    def as_large(self) -> int:
        """Return how many are as large as ours, in either direction."""
        return 0 if self.ours is None else sum(abs(effect) >= abs(self.ours) for _, effect in self.effects)

    @property
    def share(self) -> float | None:
        """Return how often chance alone is as large: ours counts among them; None for too few dates to tell."""
        if self.ours is None or len(self.effects) < FEWEST:
            return None
        return (self.as_large + 1) / (len(self.effects) + 1)

    @property
    def doubtful(self) -> bool:
        """Say whether such effects are found too often where nothing happened."""
        return self.share is not None and self.share > DOUBTFUL


def placebos_of(method: Method, series: Series, since: date, releases: Collection[date] = ()) -> Placebos:
    """Measure at the beginning of each earlier period, the newest 80, but not next to another release.

    A date where the method gives no credible answer is left out.
    """
    before, first_after = change_places(series.starts, since)
    length = min(len(series.starts) - first_after, max(LEVEL_AFTER, before // 4))
    early = series.cut(0, before)
    found: list[tuple[date, float]] = []
    for place in range(before - length, 0, -1):
        if len(found) == MOST:
            break
        at = early.starts[place]
        effect = None if _is_near(early, place, releases) else _effect(method, early.cut(0, place + length), at)
        if effect is not None:
            found.append((at, effect))
    ours = _effect(method, series.cut(0, first_after + length), since)
    return Placebos(tuple(reversed(found)), ours, length)


def _effect(method: Method, series: Series, at: date) -> float | None:
    try:
        return method(series, at).value
    except NotCredible:
        return None


def _is_near(series: Series, place: int, releases: Collection[date]) -> bool:
    """Say whether something was released in the period, the one before it or the one after it."""
    first = series.starts[max(0, place - 1)]
    beyond = series.starts[place + 2] if place + 2 < len(series.starts) else date.max
    return any(first <= each < beyond for each in releases)
