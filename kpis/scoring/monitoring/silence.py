"""Which segments fell silent, or nearly so, among many that are watched at once.

A segment is compared with its last eight periods of the same length, of days those of the same weekday. Where even an
empty day would not be remarkable, its last seven days are compared with the eight weeks before. The count expected is
negative binomial, with a dispersion pooled over the segments of the name as far as they are alike in it. Alarms are
bounded over all watched segments by Benjamini and Hochberg; a segment whose silence could not be told from chance is
not watched, and listed as too small. The budget of alarms is per week: a name that is judged daily has a seventh of it
a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kpis.scoring.monitoring.dispersion import segment_dispersions
from kpis.scoring.monitoring.expected import Expected, expected
from kpis.scoring.monitoring.multiple import adjusted, worth_testing
from kpis.scoring.monitoring.volumes import BASELINE, WEEK, Volumes

State: TypeAlias = Literal["fine", "silent", "small", "new", "unjudged"]
"""`small`: its silence could not be told from chance; `new`: too few periods known; `unjudged`: a planned stop."""

WEEKLY_LEVEL: Final = 0.1
"""How many false alarms a week all segments of a name may raise together."""
LEAST_BASELINE: Final = 4
"""Fewer known periods than this say nothing about the next."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One segment's answer. `window` is in days; `q` is the p adjusted for all watched segments.

    `low` to `high` hold 95 % of what was expected. None where it was not judged or not known.
    """

    segment: str
    state: State
    window: int
    observed: float | None = None
    mean: float | None = None
    variance: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    q: float | None = None


class _Window:
    """One way to compare: `size` days against those before, with an entry per segment in each array."""

    def __init__(self, size: int, observed: NDArray[np.float64], then: Expected) -> None:
        self.size, self.observed = size, observed
        self.mean, self.variance = then.mean, then.variance
        self.low, self.high = then.low, then.high
        self.p = then.chance_of_so_few(observed)
        self.smallest = then.chance_of_so_few(np.zeros_like(observed))

    def answer(self, place: int, segment: str, state: State, q: float | None) -> Judged:
        """Return the answer of the segment at a place."""
        observed, mean, variance, low, high, p = (
            None if np.isnan(each[place]) else float(each[place])
            for each in (self.observed, self.mean, self.variance, self.low, self.high, self.p)
        )
        return Judged(segment, state, self.size, observed, mean, variance, low, high, p, q)


def judge(found: Volumes, weekly_level: float = WEEKLY_LEVEL) -> tuple[Judged, ...]:
    """Return the answer of each segment for the last period.

    A segment whose silence stands is compared with what was expected when it began, and is silent while it brings less
    than 97.5 % of such periods do. A period in which nothing of the name arrived judges nobody.
    """
    if not found.segments or not found.arrived[-1]:
        return ()
    windows = _windows(found)
    level = weekly_level * min(found.period_days, WEEK) / WEEK
    chosen = _chosen(windows, level)
    standing = np.array([segment in found.standing for segment in found.segments])
    p = _picked([each.p for each in windows], chosen)
    smallest = _picked([each.smallest for each in windows], chosen)
    asked = np.where(standing | np.isnan(p), np.nan, smallest)
    watched = np.array(worth_testing(asked.tolist(), level) or [False] * len(asked))
    q = adjusted([value if kept else None for value, kept in zip(p.tolist(), watched)])
    answers = []
    for place, segment in enumerate(found.segments):
        if segment in found.standing:
            answers.append(_still(found, place, windows))
            continue
        window = windows[chosen[place]]
        state = _state(window, place, bool(watched[place]), q[place], level)
        answers.append(window.answer(place, segment, state, q[place]))
    return tuple(answers)


def _windows(found: Volumes) -> tuple[_Window, ...]:
    """Return the ways to compare, the shortest first."""
    fresh = np.array([segment not in found.standing for segment in found.segments])
    if found.period_days != 1:
        past = found.counts[:, -BASELINE - 1 : -1]
        phi = segment_dispersions(past[:, None], fresh)
        return (_Window(found.period_days, found.counts[:, -1], expected(past, phi, LEAST_BASELINE)),)
    weeks = found.counts.reshape(len(found.segments), BASELINE + 1, WEEK)
    past = weeks[:, :-1]
    phi = segment_dispersions(past.transpose(0, 2, 1), fresh)
    day = _Window(1, weeks[:, -1, -1], expected(past[:, :, -1], phi, LEAST_BASELINE))
    sums = _sums(weeks, found.arrived.reshape(BASELINE + 1, WEEK))
    phi = segment_dispersions(sums[:, None, :-1], fresh)
    return (day, _Window(WEEK, sums[:, -1], expected(sums[:, :-1], phi, LEAST_BASELINE)))


def _sums(weeks: NDArray[np.float64], arrived: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the weeks' sums over the days on which the name arrived, NaN where one of those is not known."""
    sums = np.where(arrived, weeks, 0).sum(axis=2)
    return np.where(arrived.any(axis=1), sums, np.nan)


def _chosen(windows: Sequence[_Window], level: float) -> NDArray[np.int_]:
    """Return the place of each segment's window: the shortest whose silence would stand out among all segments."""
    first = windows[0]
    small = ~(first.smallest <= level / max(1, len(first.observed)))
    return np.where(small, len(windows) - 1, 0)


def _picked(values: Sequence[NDArray[np.float64]], chosen: NDArray[np.int_]) -> NDArray[np.float64]:
    return np.stack(values)[chosen, np.arange(len(chosen))]


def _state(window: _Window, place: int, watched: bool, q: float | None, level: float) -> State:
    if np.isnan(window.observed[place]):
        return "unjudged"
    if np.isnan(window.mean[place]):
        return "new"
    if not watched:
        return "small"
    return "silent" if q is not None and q <= level else "fine"


def _still(found: Volumes, place: int, windows: Sequence[_Window]) -> Judged:
    """Return the answer of a segment whose silence stands, against what was expected when it began."""
    segment = found.segments[place]
    stand = found.standing[segment]
    now = next((each for each in windows if each.size == stand.window), windows[-1])
    then = Expected(np.array([stand.mean]), np.array([stand.variance]))
    window = _Window(stand.window, now.observed[[place]], then)
    count = window.observed[0]
    state: State = "unjudged" if np.isnan(count) else "silent" if count < window.low[0] else "fine"
    return window.answer(0, segment, state, None)
