"""Whether initiatives that began in one year reach production as fast as those of another.

The log-rank test (Mantel, Cancer Chemotherapy Reports 50, 1966) of the hazard of production: on every day on which one
arrives, each year's arrivals are compared with its share of those still on their way. Who is cancelled is followed to
that day, as is who is still open. A year of which too few arrivals were to be expected is shown and not compared: that
depends on how many began and how long they were seen, and not on how they fared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Final

import numpy as np
from scipy.stats import chi2

from kpis.scoring.portfolio_analysis.histories import History
from kpis.scoring.portfolio_analysis.incidence import (
    HORIZONS,
    Horizon,
    Way,
    competing,
    horizon_of,
    is_known,
    way_of,
)

LEAST_EXPECTED: Final = 5.0
"""The chi-square approximation is trusted where at least so many arrivals were to be expected of each group."""
Ways = Mapping[int, Sequence[Way]]


@dataclass(frozen=True, slots=True)
class LogRank:
    """A test of groups alike: `expected` events by group if all fared alike; `p` is None with fewer than two groups."""

    expected: Mapping[int, float]
    statistic: float | None
    freedom: int
    p: float | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """The initiatives begun in a year; `after` is what became of them in twelve months, `compared` whether tested."""

    year: int
    n: int
    production: int
    cancelled: int
    expected: float
    after: Horizon
    compared: bool


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Years in order, and the test of those of them that can be compared."""

    years: tuple[Cohort, ...]
    test: LogRank


def log_rank(groups: Mapping[int, Sequence[tuple[float, bool]]]) -> LogRank:
    """Compare groups of (time, whether it ended then or was only seen until then)."""
    if not groups:
        return LogRank({}, None, 0, None)
    times = [np.array([time for time, _ in each], dtype=float) for each in groups.values()]
    ends = [np.array([time for time, ended in each if ended], dtype=float) for each in groups.values()]
    moments = np.unique(np.concatenate(ends))
    at_risk = np.array([len(each) - np.searchsorted(np.sort(each), moments) for each in times], dtype=float)
    events = np.array([np.bincount(np.searchsorted(moments, each), minlength=len(moments)) for each in ends])
    n, d = at_risk.sum(axis=0), events.sum(axis=0)
    shares = at_risk / n
    expected = dict(zip(groups, (shares * d).sum(axis=1).tolist(), strict=True))
    if len(groups) < 2 or not len(moments):
        return LogRank(expected, None, len(groups) - 1, None)
    weighted = shares * d * (n - d) / np.maximum(n - 1, 1)
    variance = np.diag(weighted.sum(axis=1)) - weighted @ shares.T
    # What is more than expected sums up to nothing, so that the last group says no more than the others did.
    more = (events - shares * d).sum(axis=1)[:-1]
    statistic = float(more @ np.linalg.pinv(variance[:-1, :-1]) @ more)
    return LogRank(expected, statistic, len(groups) - 1, float(chi2.sf(statistic, len(groups) - 1)))


def cohorts_of(histories: Sequence[History]) -> Cohorts:
    """Return the years in which initiatives began, and whether they differ."""
    ways: dict[int, list[Way]] = defaultdict(list)
    for each in histories:
        if is_known(each):
            ways[each.begun.astimezone(UTC).year].append(way_of(each))
    years = {year: ways[year] for year in sorted(ways)}
    expected, test = _test(years).expected, _comparable(years)
    return Cohorts(tuple(_cohort(year, each, expected[year], test) for year, each in years.items()), test)


def _comparable(ways: Ways) -> LogRank:
    """Return the test of the years of which enough was to be expected: leaving one out lessens the others' too."""
    test = _test(ways)
    enough = {year: each for year, each in ways.items() if test.expected[year] >= LEAST_EXPECTED}
    return test if len(enough) == len(ways) else _comparable(enough)


def _test(ways: Ways) -> LogRank:
    return log_rank({year: [(each.days, each.end == "production") for each in found] for year, found in ways.items()})


def _cohort(year: int, ways: Sequence[Way], expected: float, test: LogRank) -> Cohort:
    ends = [each.end for each in ways]
    steps = competing([each.days for each in ways], ends)
    return Cohort(
        year=year,
        n=len(ways),
        production=ends.count("production"),
        cancelled=ends.count("cancelled"),
        expected=expected,
        after=horizon_of(HORIZONS[-1], ways, steps),
        compared=test.p is not None and year in test.expected,
    )
