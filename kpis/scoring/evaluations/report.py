"""An evaluation as its page and the API show it, under the targets in force and at one threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpis.scoring.evaluations.curve import CurvePoint, accuracy_band, coverage_band, curve, thinned
from kpis.scoring.evaluations.operating import Operating, at_threshold, operate
from kpis.scoring.evaluations.parts import Part, group_parts, slice_parts
from kpis.scoring.evaluations.segments import hidden_groups
from kpis.scoring.evaluations.usable import Usable, usable
from kpis.scoring.inputs import EvaluationFacts
from kpis.scoring.proportions import Interval
from kpis.scoring.targets import Target


@dataclass(frozen=True, slots=True)
class Report:
    """An evaluation at one threshold: its operating point, or the one that was asked for.

    `judged` is the operating point that targets are judged at, whatever was asked for. `hidden` names the groups that
    are not shown, since few people are in them.
    """

    facts: EvaluationFacts
    targets: Usable
    judged: Operating
    shown: Operating
    slices: tuple[Part, ...]
    groups: tuple[Part, ...]
    hidden: frozenset[str] = frozenset()

    @property
    def accuracy_interval(self) -> Interval | None:
        """The Wilson interval of the accuracy shown."""
        band = accuracy_band(self.shown.point)
        return band.wilson if band else None

    @property
    def coverage_interval(self) -> Interval | None:
        """The Wilson interval of the coverage shown."""
        band = coverage_band(self.shown.point)
        return band.wilson if band else None


def report_of(facts: EvaluationFacts, targets: Sequence[Target], threshold: float | None = None) -> Report:
    """Return an evaluation at its operating point, or at a finite threshold that a reader asks for."""
    split = usable(targets, facts.dataset)
    judged = operate(facts, split.used)
    shown = judged if threshold is None else at_threshold(facts, split.used, threshold)
    place = shown.point.threshold
    return Report(
        facts,
        split,
        judged,
        shown,
        slice_parts(facts.tally, place, split.used),
        group_parts(facts.tally, place, split.used),
        hidden_groups(facts.tally),
    )


def drawn_curve(facts: EvaluationFacts) -> tuple[CurvePoint, ...]:
    """Return at most 200 points of the accuracy-coverage curve, strictest first."""
    return thinned(curve(facts.tally.whole))
