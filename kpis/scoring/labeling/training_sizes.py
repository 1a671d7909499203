"""Runs at several training sizes as a learning curve: how many labels the accuracy target needs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from kpis.scoring.inputs import RunFacts
from kpis.scoring.labeling.learning_curve import LabelsNeeded, Measured, labels_needed_for
from kpis.scoring.proportions import Interval, wilson
from kpis.scoring.sampling import WHOLE, point_of
from kpis.scoring.wording import counted, figure

METRIC: Final = "accuracy"
SIZE_KEYS: Final = ("train_size", "training_size", "n_train", "train_rows", "training_rows")
"""Params, tags or metrics by which a run says on how many labels it was trained, in the order of preference."""
NO_TARGET: Final = "no credible answer: no target is set on accuracy"
NO_RUNS: Final = "no credible answer: no run says on how many labels it was trained"


@dataclass(frozen=True, slots=True)
class SizePoint:
    """The accuracy of one run on n test cases, None where nobody said how many; `labels` it was trained on."""

    labels: int
    value: float
    n: int | None
    run: str = ""
    label: str = ""
    url: str = ""

    @property
    def interval(self) -> Interval | None:
        """Wilson's interval at 95 %, None without n."""
        return wilson(self.value * self.n, self.n) if self.n else None

    @property
    def measured(self) -> Measured:
        """The point with its noise: that of a share with one more case on either side, so that it is never 0."""
        if not self.n:
            return Measured(self.labels, self.value)
        share = (self.value * self.n + 1) / (self.n + 2)
        return Measured(self.labels, self.value, math.sqrt(share * (1 - share) / self.n))


@dataclass(frozen=True)
class LearningCurve:
    """The points in order of size, the target, and the labels that there are now."""

    points: tuple[SizePoint, ...]
    target: float | None
    labeled: int = 0

    @cached_property
    def needed(self) -> LabelsNeeded | None:
        """The labels at which the target is reached, at 95 %; None without a target or a point."""
        if self.target is None or not self.points:
            return None
        return labels_needed_for(self.target, [each.measured for each in self.points])

    @property
    def more(self) -> tuple[int, int] | None:
        """How many more labels than there are now, at least and at most; None without an answer."""
        return None if self.needed is None else self.needed.more_than(self.labeled)

    @property
    def reason(self) -> str:
        """Why there is no answer; empty where there is one."""
        if self.needed is None:
            return NO_TARGET if self.target is None else NO_RUNS
        return self.needed.words

    @property
    def says(self) -> str:
        """The answer in a sentence."""
        if self.needed is None or self.more is None:
            return f"{self.reason[:1].upper()}{self.reason[1:]}."
        low, high = self.needed.low, self.needed.high
        first, most = self.more
        rest = f"that is {first:,} to {most:,} more than now" if most else "as many as there are already"
        return f"An accuracy of {figure(self.needed.target)} needs {low:,} to {high:,} labels at 95 %: {rest}."

    @property
    def rests_on(self) -> str:
        """What the answer rests on."""
        sizes = len({each.labels for each in self.points})
        return f"{counted(len(self.points), 'run')} of {counted(sizes, 'training size')}"


def training_size(run: RunFacts, rows: int | None) -> int | None:
    """Return on how many labels a run was trained: by its own word, else the rows of its training data."""
    said = run.reported
    for key in SIZE_KEYS:
        point = said.metrics.get(key)
        if point is not None and point.number is not None and point.number >= 1 and point.number.is_integer():
            return int(point.number)
        for text in (said.params.get(key), said.tags.get(key)):
            found = WHOLE.match(text) if text else None
            if found and int(found[1]):
                return int(found[1])
    return rows or None


def size_points(
    runs: Sequence[RunFacts], rows: Mapping[str, int], tested: Mapping[str, tuple[int, int]]
) -> tuple[SizePoint, ...]:
    """Return the finished runs with a training size and an accuracy, by size.

    `rows` are those of the training data, `tested` right and all cases of the newest test evaluation, both by run id; a
    run without an evaluation stands with its own accuracy and n.
    """
    found = (_point(run, training_size(run, rows.get(run.id)), tested.get(run.id)) for run in runs)
    return tuple(sorted((each for each in found if each), key=lambda each: (each.labels, each.run)))


def _point(run: RunFacts, labels: int | None, tested: tuple[int, int] | None) -> SizePoint | None:
    if labels is None or run.status != "finished":
        return None
    if tested is not None and tested[1]:
        return SizePoint(labels, tested[0] / tested[1], tested[1], run.id, run.label, run.url)
    own = point_of(run.reported, METRIC)
    if own is None or own.number is None or not 0 <= own.number <= 1:
        return None
    return SizePoint(labels, own.number, own.n, run.id, run.label, run.url)


def curve_answer(found: LearningCurve) -> dict[str, Any]:
    """Return the curve as the API shows it: points, the answer as an interval, or the reason why there is none."""
    needed, curve = found.needed, found.needed.curve if found.needed else None
    has_answer = needed is not None and needed.low is not None
    return {
        "metric": METRIC,
        "target": found.target,
        "labeled": found.labeled,
        "needed": {"low": needed.low, "high": needed.high} if needed and has_answer else None,
        "more": {"low": found.more[0], "high": found.more[1]} if found.more else None,
        "reason": found.reason,
        "curve": {"a": curve.a, "b": curve.b, "c": curve.c} if curve else None,
        "points": [_point_answer(each) for each in found.points],
    }


def _point_answer(point: SizePoint) -> dict[str, Any]:
    ends = point.interval
    return {
        "labels": point.labels,
        "value": point.value,
        "low": ends and ends.low,
        "high": ends and ends.high,
        "n": point.n,
        "run": point.run,
    }
