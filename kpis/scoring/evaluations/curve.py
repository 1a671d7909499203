"""The accuracy-coverage curve: at each distinct confidence, what the model decides alone and how well.

Sources: El-Yaniv and Wiener 2010 (JMLR 11, 1605-1641); Geifman and El-Yaniv 2017 (NeurIPS). Bands are pointwise:
each holds for a threshold fixed before the data were seen; for one chosen on them see `guarantee`.
"""

from __future__ import annotations

import bisect
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from kpis.scoring.points import MetricPoint
from kpis.scoring.proportions import DEFAULT_CONFIDENCE, Interval, clopper_pearson, lower_bound, upper_bound, wilson
from projects.progress.evaluations.ladder import Ladder
from projects.progress.evaluations.levels import strictest_level

DRAWN = 200


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What a threshold accepts: the cases with at least this confidence, of n in scope."""

    threshold: float
    accepted: int
    wrong: int
    n: int

    @property
    def right(self) -> int:
        """Accepted cases that the model got right."""
        return self.accepted - self.wrong

    @property
    def coverage(self) -> float | None:
        """Share of cases in scope that the model decides alone, None without cases."""
        return self.accepted / self.n if self.n else None

    @property
    def accuracy(self) -> float | None:
        """Share of accepted cases that are right, None when nothing is accepted."""
        return self.right / self.accepted if self.accepted else None

    @property
    def errors_per_thousand(self) -> float | None:
        """Wrong decisions in 1,000 accepted cases, None when nothing is accepted."""
        return 1000 * self.wrong / self.accepted if self.accepted else None

    @property
    def left(self) -> int:
        """Cases left to people."""
        return self.n - self.accepted


@dataclass(frozen=True, slots=True)
class Band:
    """Intervals of one share: Wilson and Clopper-Pearson, two-sided, and the two one-sided bounds that decide."""

    wilson: Interval
    exact: Interval
    bounds: Interval


def curve(ladder: Ladder) -> tuple[CurvePoint, ...]:
    """Return the curve at the distinct confidences alone, strictest first; empty when nothing was answered."""
    n, scale = ladder.n, ladder.scale
    accepted = accumulate(map(operator.add, ladder.right, ladder.wrong))
    wrong = accumulate(ladder.wrong)
    return tuple(CurvePoint(level / scale, a, w, n) for level, a, w in zip(ladder.levels, accepted, wrong))


def points_at(ladder: Ladder, thresholds: Sequence[float]) -> tuple[CurvePoint, ...]:
    """Return what each threshold accepts, distinct confidence or not, in the order given."""
    right, wrong = ([0, *accumulate(each)] for each in (ladder.right, ladder.wrong))
    places, n = [_accepted_levels(ladder, each) for each in thresholds], ladder.n
    return tuple(
        CurvePoint(threshold, right[place] + wrong[place], wrong[place], n)
        for threshold, place in zip(thresholds, places)
    )


def point_at(ladder: Ladder, threshold: float) -> CurvePoint:
    """Return what one threshold accepts."""
    place = _accepted_levels(ladder, threshold)
    wrong = sum(ladder.wrong[:place])
    return CurvePoint(threshold, sum(ladder.right[:place]) + wrong, wrong, ladder.n)


def _accepted_levels(ladder: Ladder, threshold: float) -> int:
    return bisect.bisect_right(ladder.levels, -strictest_level(threshold, ladder.scale), key=operator.neg)


def accuracy_band(point: CurvePoint, confidence: float = DEFAULT_CONFIDENCE) -> Band | None:
    """Return the intervals of accuracy, None when nothing is accepted."""
    return _band(point.right, point.accepted, confidence)


def coverage_band(point: CurvePoint, confidence: float = DEFAULT_CONFIDENCE) -> Band | None:
    """Return the intervals of coverage, None without cases."""
    return _band(point.accepted, point.n, confidence)


def _band(successes: int, n: int, confidence: float) -> Band | None:
    if n < 1:
        return None
    bounds = Interval(lower_bound(successes, n, confidence), upper_bound(successes, n, confidence))
    return Band(wilson(successes, n, confidence), clopper_pearson(successes, n, confidence), bounds)


def accuracy_metric(point: CurvePoint) -> MetricPoint | None:
    """Return accuracy with its n, as targets judge it; None when nothing is accepted."""
    return None if point.accuracy is None else MetricPoint(point.accuracy, n=point.accepted)


def coverage_metric(point: CurvePoint) -> MetricPoint | None:
    """Return coverage with its n, as targets judge it; None without cases."""
    return None if point.coverage is None else MetricPoint(point.coverage, n=point.n)


def thinned(points: Sequence[CurvePoint], most: int = DRAWN) -> tuple[CurvePoint, ...]:
    """Return at most `most` (from 2) points to draw, evenly spread over coverage, with both ends."""
    if len(points) <= most:
        return tuple(points)
    first, last = points[0].accepted, points[-1].accepted
    marks = (first + (last - first) * step / (most - 1) for step in range(most))
    accepted = [point.accepted for point in points]
    places = {min(bisect.bisect_left(accepted, mark), len(points) - 1) for mark in marks}
    return tuple(points[place] for place in sorted(places | {0, len(points) - 1}))[:most]
