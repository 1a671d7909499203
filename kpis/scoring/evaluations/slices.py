"""The worst slice: an average hides where a model fails, so each slice is judged at the common threshold.

That every slice is met needs no correction for their number, since all must pass; that one is missed does happen by
chance, about (1 − confidence) times for each slice that lies exactly on the floor, which `by_chance` states.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kpis.scoring.evaluations.curve import point_at
from kpis.scoring.evaluations.decision import PointDecision, decide_point
from kpis.scoring.proportions import DEFAULT_CONFIDENCE, Decision
from projects.progress.evaluations.ladder import Ladder


@dataclass(frozen=True, slots=True)
class Slices:
    """The slices at one threshold, by name. `worst` has the lowest accuracy, "" when nothing is accepted anywhere."""

    slices: Mapping[str, PointDecision]
    worst: str
    too_small: tuple[str, ...]
    by_chance: float

    @property
    def missed(self) -> tuple[str, ...]:
        """The slices that miss a floor."""
        return tuple(name for name, each in self.slices.items() if each.together == "missed")

    @property
    def decision(self) -> Decision | None:
        """Met when every slice is; missed when one is; None without slices."""
        if not self.slices:
            return None
        if self.missed:
            return "missed"
        return "met" if all(each.together == "met" for each in self.slices.values()) else "undecided"


def judge_slices(
    ladders: Mapping[str, Ladder],
    threshold: float,
    accuracy: float,
    coverage: float | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
    minimum_n: int = 1,
) -> Slices:
    """Judge each slice against a floor of accuracy, and of coverage where one is given.

    A slice with fewer than `minimum_n` accepted cases is too small to be met, and the worst one only if all are.
    """
    found = {
        name: decide_point(point_at(ladder, threshold), accuracy, coverage, confidence, minimum_n)
        for name, ladder in ladders.items()
    }
    too_small = tuple(name for name, each in found.items() if each.point.accepted < minimum_n)
    ranked = [name for name in found if name not in too_small] or list(found)
    rates = {name: rate for name in ranked if (rate := found[name].point.accuracy) is not None}
    worst = min(rates, key=lambda name: rates[name], default="")
    return Slices(found, worst, too_small, len(found) * (1 - confidence))
