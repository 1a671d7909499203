"""Monitoring: how many false alarms a healthy year raises, how much silence is found, what a day's judging costs.

200 segments bring 1 to 300 events a week, evenly on a logarithmic scale, each week of each segment with a gamma factor
of variance φ. A year is judged week by week, or day by day with weekdays of their own; an alarm is a segment that is
newly called silent. Then one segment of at least five events a week falls silent for a week, and is found when a
judgement of that week calls it silent. In the mixed world half of the segments have φ = 0.02 and half 0.3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.observed import judged_days
from benchmarks.results import Result
from benchmarks.sizes import Size
from kpis.scoring.monitoring.drift import LEVEL, judge_psi
from kpis.scoring.monitoring.silence import Judged, judge
from kpis.scoring.monitoring.volumes import BASELINE, WEEK, Volumes, periods_read

SEGMENTS: Final = 200
LEAST_EVENTS: Final = 5
WEEKDAYS: Final = np.array([1.2, 1.1, 1.0, 1.0, 1.1, 0.9, 0.7]) / 7
YEARS: Final = {"tiny": (1, 6, 4), "quick": (1, 52, 100), "full": (4, 52, 400)}
"""By size: worlds, weeks each, silences tried."""
PAIRS: Final = {"tiny": 20, "quick": 1_000, "full": 4_000}
LAST: Final = date(2026, 11, 29)


@dataclass(frozen=True, slots=True)
class World:
    """Events of each segment per period, and its events a week. `length` is the days of a period."""

    rates: NDArray[np.float64]
    counts: NDArray[np.float64]
    length: int

    def at(self, end: int, silent: int | None = None, periods: int = 0) -> tuple[Judged, ...]:
        """Judge the period before `end`; a silent segment brought nothing in the last `periods`."""
        size = periods_read(self.length)
        counts = self.counts[:, end - size : end].copy()
        if silent is not None:
            counts[silent, size - periods :] = 0
        names = tuple(f"s{n:03}" for n in range(len(counts)))
        return judge(Volumes(names, counts, np.ones(size, dtype=np.bool_), LAST, self.length))


def measure(size: Size) -> list[Result]:
    """Return false alarms and found silences by dispersion, false alarms of PSI, and what judging a day takes."""
    found = []
    for length in (WEEK, 1):
        for phi in ((0.05,), (0.2,), (0.02, 0.3)):
            found += silences(size, phi, length)
    return [*found, psi_alarms(PAIRS[size.name]), *judged_days(size)]


def make(phi: tuple[float, ...], weeks: int, length: int, seed: int) -> World:
    """Return a healthy world that has the weeks of a baseline before those that are judged."""
    random = np.random.default_rng(seed)
    rates = np.exp(random.uniform(0, math.log(300), SEGMENTS))
    spread = random.choice(phi, (SEGMENTS, 1))
    share = WEEKDAYS if length == 1 else np.ones(1)
    means = rates[:, None] * np.tile(share, weeks + BASELINE)
    return World(rates, random.poisson(means * random.gamma(1 / spread, spread, means.shape)).astype(float), length)


def silences(size: Size, phi: tuple[float, ...], length: int) -> list[Result]:
    """Return the false alarms a week, and the share of silences that is found within their week."""
    worlds, weeks, tries = YEARS[size.name]
    made = [make(phi, weeks, length, seed) for seed in range(worlds)]
    alarms = sum(false_alarms(world) for world in made) / (worlds * weeks)
    found = [tried for world in made for tried in found_silences(world, tries // worlds)]
    what = f"{'daily' if length == 1 else 'weekly'}, φ {' and '.join(map(str, phi))}"
    promised = size.name != "tiny"
    share = float(np.mean(found))
    return [
        Result(
            "monitoring",
            f"false alarms a week, {what}",
            f"{alarms:.3f}",
            f"{worlds * weeks} weeks",
            alarms,
            0.1 if promised else None,
        ),
        Result(
            "monitoring",
            f"silent weeks found, {what}",
            f"{share:.2f}",
            f"{len(found)} tried",
            share,
            0.6 if promised else None,
            at_least=True,
        ),
    ]


def false_alarms(world: World) -> int:
    """Return how often a healthy segment is newly called silent."""
    alarms, before = 0, set[str]()
    for end in range(periods_read(world.length), world.counts.shape[1] + 1):
        now = {each.segment for each in world.at(end) if each.state == "silent"}
        alarms, before = alarms + len(now - before), now
    return alarms


def found_silences(world: World, tries: int) -> list[bool]:
    """Return of each silence of a whole week whether a judgement within it names the segment."""
    random = np.random.default_rng(len(world.rates))
    large, week = np.flatnonzero(world.rates >= LEAST_EVENTS), WEEK // world.length
    first, last = periods_read(world.length), world.counts.shape[1] - week
    found = []
    for _ in range(tries):
        place, begin = int(random.choice(large)), int(random.integers(first, last + 1))
        states = (world.at(begin + n, place, n)[place].state for n in range(week, 0, -1))
        found.append(any(state == "silent" for state in states))
    return found


def psi_alarms(pairs: int) -> Result:
    """Return the share of alarms on 100 cases against 100 in ten bins without drift."""
    drawn = np.random.default_rng(1).multinomial(100, [0.1] * 10, (pairs, 2))
    judged = [judge_psi(*each.tolist()) for each in drawn]
    share = float(np.mean([each.drifted for each in judged]))
    bands = float(np.mean([each.value >= 0.1 for each in judged]))
    aim = LEVEL + 2 * math.sqrt(LEVEL * (1 - LEVEL) / pairs)
    return Result(
        "monitoring",
        "PSI alarms without drift, 100 against 100",
        f"{share:.3f}",
        f"PSI ≥ 0.1 in {bands:.2f}",
        share,
        aim if pairs >= 100 else None,
    )
