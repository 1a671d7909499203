"""When a metric will reach its target: hard to say, so this mostly refuses.

The best value so far says nothing about the next one: on 2,146 real learning curves a power law found the size needed
within a factor of two in 32 % of cases, and past gains promise even less. So there is a date only where the learning
curve gives a credible interval of labels, and labeling a rate; or where the owner estimates it. Within the interval any
size is as likely as any other on a logarithmic scale. Training and judging the model are not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from kpis.scoring.convolution import MOST_PIECES, Finish, Floats, finish_when
from kpis.scoring.forecast.parts import NO_DATE, Part, estimated_part
from kpis.scoring.forecast.three_point import ThreePoint
from kpis.scoring.labeling.completion import WORDS, kinds_of
from kpis.scoring.labeling.learning_curve import LabelsNeeded
from projects.progress.labeling.burnup import Day

NO_CURVE = "nothing says what would close the gap; runs at four training sizes or more would, or its owner's estimate"


@dataclass(frozen=True, slots=True)
class MetricGap:
    """A metric that is short of its target. `gap` says it in words: "accuracy is 0.87 and must be 0.9".

    `needed` are the labels at which the learning curve reaches the target, None where it is about another metric or
    there is none. `labeled` are those that there are, `unlabeled` the tasks left to label, None where nobody said.
    `is_withdrawn` says that its owner's estimate was.
    """

    metric: str
    gap: str
    needed: LabelsNeeded | None = None
    labeled: int = 0
    unlabeled: int | None = None
    estimate: ThreePoint | None = None
    is_withdrawn: bool = False


def metric_part(gap: MetricGap, days: Sequence[Day], today: date) -> Part:
    """Return when the target is reached, or why nobody can say. `days` is the history of labeling."""
    gate, title = f"metric:{gap.metric}", gap.metric
    if gap.estimate is not None:
        return estimated_part(gate, title, gap.estimate, today)
    reason = _refusal(gap, days)
    if reason or gap.needed is None or gap.needed.low is None or gap.needed.high is None:
        gone = ", its estimate was withdrawn" if gap.is_withdrawn else ""
        return Part(gate, title, Finish(), f"{NO_DATE}{gap.gap}{gone}, and {reason or NO_CURVE}")
    enough = enough_between(gap.needed.low, gap.needed.high, gap.labeled)
    first = today + timedelta(days=1)
    found = finish_when(enough, kinds_of(days), first.weekday())
    if found.quantile(0.85) is None:
        return Part(gate, title, found, WORDS["too_far"])
    rests = f"the learning curve ({gap.needed.low:,} to {gap.needed.high:,} labels) and {len(days)} days of labeling"
    notes = (f"The estimate of {title} was withdrawn.",) if gap.is_withdrawn else ()
    return Part(gate, title, found, "", rests, notes)


def enough_between(low: int, high: int, labeled: int) -> Floats:
    """Return the chance that s more labels are enough, where low to high are needed in all, by their logarithm."""
    sizes = np.arange(labeled, max(high, labeled) + 1, dtype=float)
    if high <= low:
        return np.array(sizes >= high, dtype=float)
    shares: Floats = np.log(np.maximum(sizes, 1.0) / low) / np.log(high / low)
    return np.clip(shares, 0.0, 1.0)


def _refusal(gap: MetricGap, days: Sequence[Day]) -> str:
    """Return why there is no date, empty where there is one."""
    needed = gap.needed
    if needed is None:
        return NO_CURVE
    if needed.low is None or needed.high is None:
        return needed.words.removeprefix("no credible answer: ")
    more = needed.high - gap.labeled
    if more <= 0:
        return f"the {gap.labeled:,} labels that there are should do ({needed.high:,} at most): train on all of them"
    if gap.unlabeled is not None and more > gap.unlabeled:
        return f"up to {more:,} more labels are needed, but only {gap.unlabeled:,} tasks are left to label"
    if more > MOST_PIECES:
        return f"up to {more:,} more labels are needed"
    if not any(each.output for each in days):
        return WORDS["no_output" if days else "no_history"].removeprefix(NO_DATE)
    return ""
