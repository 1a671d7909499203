"""Do two trainings with the same code, data and parameters agree, as far as noise lets anybody tell?"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kpis.scoring.points import MetricPoint
from kpis.scoring.proportions import clopper_pearson
from kpis.scoring.runs import noise_threshold
from kpis.scoring.wording import figure

FEWEST_SEEDS: Final = 3
"""So many other runs tell how much a metric varies from seed to seed."""


@dataclass(frozen=True, slots=True)
class Rerun:
    """Another run of the same commit, data and parameters; `right` of `n` is its evaluation on the candidate's data."""

    id: str
    label: str
    metrics: Mapping[str, float] = field(default_factory=dict)
    right: int | None = None
    n: int | None = None
    url: str = ""

    def __str__(self) -> str:
        return self.label or self.id


@dataclass(frozen=True, slots=True)
class Agreement:
    """One metric of both. `agrees` is None where nothing says how much it varies."""

    metric: str
    ours: float
    theirs: float
    agrees: bool | None
    how: str = ""

    def __str__(self) -> str:
        return f"{self.metric} {figure(self.ours)} against {figure(self.theirs)}" + (
            f", {self.how}" if self.how else ""
        )


def agreement(metric: str, ours: MetricPoint, theirs: float, seeds: Sequence[float], share: bool) -> Agreement | None:
    """Hold a metric against a rerun's: by 2.77 σ of `seeds`, else by its own interval; None where ours is no number.

    `seeds` are the values of all reruns, the candidate's own left out. Of a `share` of n cases the exact interval at
    95 % counts, of any other metric that of its source.
    """
    value = ours.number
    if value is None or not math.isfinite(theirs):
        return None
    if value == theirs:
        return Agreement(metric, value, theirs, True)
    if len(seeds) >= FEWEST_SEEDS:
        limit = noise_threshold(statistics.stdev(seeds))
        how = f"{'within' if abs(value - theirs) < limit else 'beyond'} {limit:.4g}, 2.77 σ of {len(seeds)} reruns"
        return Agreement(metric, value, theirs, abs(value - theirs) < limit, how)
    ends = _ends(ours, value, share)
    if ends is None:
        return Agreement(metric, value, theirs, None, "nothing says how much it varies")
    inside = ends[0] <= theirs <= ends[1]
    how = f"{'inside' if inside else 'outside'} {figure(round(ends[0], 4))} to {figure(round(ends[1], 4))}"
    return Agreement(metric, value, theirs, inside, how)


def _ends(ours: MetricPoint, value: float, share: bool) -> tuple[float, float] | None:
    if ours.low is not None and ours.high is not None:
        return ours.low, ours.high
    if not share or not ours.n or not 0 <= value <= 1:
        return None
    found = clopper_pearson(min(value * ours.n, float(ours.n)), ours.n)
    return found.low, found.high
