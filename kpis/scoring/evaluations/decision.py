"""Whether an operating point meets its targets: met, missed, or undecided with how many cases more.

A threshold declared before the data is judged by exact one-sided bounds; one chosen on them has met its accuracy only
where the guarantee says so. Coverage is judged by its lower bound too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from kpis.scoring.evaluations.curve import CurvePoint
from kpis.scoring.evaluations.guarantee import Guaranteed
from kpis.scoring.proportions import DEFAULT_CONFIDENCE, Decision, decide, n_to_meet


@dataclass(frozen=True, slots=True)
class PointDecision:
    """The answers at one threshold; None where nothing was accepted, or where no coverage is asked for.

    `n_more` is how many more cases in scope settle what is undecided, at the present rates: 0 when nothing is open,
    None when more cases would rather confirm a miss. For a threshold chosen on the data these are fresh cases, of a
    new evaluation with the threshold declared.
    """

    point: CurvePoint
    accuracy: Decision | None
    coverage: Decision | None
    n_more: int | None

    @property
    def together(self) -> Decision | None:
        """Both at once: missed when one is, met when all that is asked is met. None when nothing was accepted."""
        answers = {self.accuracy, self.coverage}
        if "missed" in answers:
            return "missed"
        return "undecided" if self.accuracy and "undecided" in answers else self.accuracy


def decide_point(
    point: CurvePoint,
    accuracy: float,
    coverage: float | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
    least: int = 0,
) -> PointDecision:
    """Judge a threshold that was declared before the data. With fewer than `least` cases accepted nothing is met."""
    found = _decided(point.accuracy, point.accepted, accuracy, confidence)
    if found == "met" and point.accepted < least:
        found = "undecided"
    covered = _decided(point.coverage, point.n, coverage, confidence)
    needed: list[int | None] = [point.n]
    if found == "undecided":
        needed += [_in_scope(point, n_to_meet(point.accuracy or 0, accuracy, confidence)), _in_scope(point, least)]
    if covered == "undecided":
        needed.append(n_to_meet(point.coverage or 0, coverage or 0, confidence))
    settled = _largest(needed)
    more = None if settled is None or found is None or "missed" in (found, covered) else settled - point.n
    return PointDecision(point, found, covered, more)


def decide_chosen(
    point: CurvePoint,
    guaranteed: Guaranteed | None,
    accuracy: float,
    coverage: float | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
    least: int = 0,
) -> PointDecision:
    """Judge a threshold chosen on the data. `guaranteed` is what the fixed sequence found for this very accuracy.

    Only the threshold that the walk returned is met by it; a miss needs the exact upper bound, as for a declared one.
    """
    plain = decide_point(point, accuracy, coverage, confidence, least)
    proven = guaranteed is not None and _same(guaranteed.point, point) and point.accepted >= least
    if plain.accuracy in ("met", "undecided") and proven:
        more = decide_point(point, 0.0, coverage, confidence).n_more
        return replace(plain, accuracy="met", n_more=more)
    if plain.accuracy not in ("met", "undecided"):
        return plain
    fresh = [
        _in_scope(point, n_to_meet(point.accuracy or 0, accuracy, confidence)),
        _in_scope(point, least),
        0 if coverage is None else n_to_meet(point.coverage or 0, coverage, confidence),
    ]
    return replace(plain, accuracy="undecided", n_more=_largest(fresh))


def _decided(rate: float | None, n: int, target: float | None, confidence: float) -> Decision | None:
    return None if rate is None or target is None else decide(rate, n, target, confidence)


def _same(one: CurvePoint, two: CurvePoint) -> bool:
    return (one.accepted, one.wrong, one.n) == (two.accepted, two.wrong, two.n)


def _largest(needed: list[int | None]) -> int | None:
    known = [each for each in needed if each is not None]
    return max(known) if len(known) == len(needed) else None


def _in_scope(point: CurvePoint, accepted: int | None) -> int | None:
    """Return how many cases in scope bring so many accepted ones."""
    if accepted is None or not point.accepted:
        return None
    return math.ceil(accepted * point.n / point.accepted)
