"""The operating point: which threshold reaches the targets, observed and guaranteed, and whether any can.

The observed choice takes the largest coverage that satisfies, since the risk is not monotone. It misses the accuracy
in about half of all cases where the target binds, and is shown beside the guaranteed one, never in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpis.scoring.evaluations.curve import CurvePoint, curve
from kpis.scoring.evaluations.guarantee import DEFAULT_START, Guaranteed, fixed_sequence, sgr
from kpis.scoring.proportions import DEFAULT_CONFIDENCE
from kpis.scoring.wording import percent
from projects.progress.evaluations.ladder import Ladder


@dataclass(frozen=True, slots=True)
class Choice:
    """The thresholds for one accuracy target; each is None where there is none."""

    accuracy: float
    observed: CurvePoint | None
    guaranteed: Guaranteed | None
    sgr: Guaranteed | None


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether some threshold has both, as observed. `best` is the most accurate one that covers enough.

    Where none covers enough, `best` is the one that covers most; None when nothing was answered.
    """

    accuracy: float
    coverage: float
    reachable: bool
    best: CurvePoint | None

    @property
    def words(self) -> str:
        """The answer as a sentence."""
        if self.best is None or self.best.accuracy is None or self.best.coverage is None:
            return "no case was answered, so that no threshold can be chosen"
        best = f"{percent(self.best.accuracy)} at {percent(self.best.coverage)} coverage"
        if self.reachable:
            return f"reachable: {best}"
        return f"jointly unreachable with this evaluation: best is {best}"


def choose(
    ladder: Ladder,
    accuracy: float,
    confidence: float = DEFAULT_CONFIDENCE,
    grid: Sequence[float] | None = None,
    start: float = DEFAULT_START,
    least: int = 0,
) -> Choice:
    """Return the threshold of the largest coverage, observed, guaranteed on the grid, and by SGR.

    `accuracy` lies between 0 and 1; `least` is the fewest cases that may be accepted.
    """
    searched = sgr(ladder, accuracy, confidence)
    return Choice(
        accuracy,
        largest_coverage(curve(ladder), accuracy, least),
        fixed_sequence(ladder, accuracy, confidence, grid, start, least),
        searched if searched is not None and searched.point.accepted >= least else None,
    )


def largest_coverage(points: Sequence[CurvePoint], accuracy: float, least: int = 0) -> CurvePoint | None:
    """Return the point of largest coverage whose observed accuracy reaches the target, None without one."""
    found = [
        point
        for point in points
        if point.accepted >= least and point.accuracy is not None and point.accuracy >= accuracy
    ]
    return max(found, key=lambda point: point.accepted, default=None)


def reach(points: Sequence[CurvePoint], accuracy: float, coverage: float) -> Reach:
    """Say whether both targets hold anywhere on the curve, and what comes nearest."""
    answered = [point for point in points if point.accepted]
    enough = [point for point in answered if (point.coverage or 0) >= coverage]
    if not enough:
        return Reach(accuracy, coverage, False, max(answered, key=lambda point: point.accepted, default=None))
    best = max(enough, key=lambda point: (point.accuracy or 0, point.accepted))
    return Reach(accuracy, coverage, (best.accuracy or 0) >= accuracy, best)
