"""The parts of an evaluation at one threshold: slices and groups beside what targets ask of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kpis.scoring.evaluations.curve import CurvePoint, point_at
from kpis.scoring.evaluations.decision import PointDecision, decide_point
from kpis.scoring.evaluations.groups import GroupCounts, group_counts
from kpis.scoring.evaluations.reporting import SMALLEST_GROUP
from kpis.scoring.evaluations.segments import hidden_groups
from kpis.scoring.evaluations.share import Share
from kpis.scoring.targets import Target
from projects.progress.evaluations.tally import Tally

FROM_BELOW = (">=", ">")


@dataclass(frozen=True, slots=True)
class Part:
    """A slice or a group at a threshold: its own share of right decisions, and how many of its cases are decided.

    `accuracy_floor` and `coverage_floor` are the strictest targets that name it; `decision` is None without one on
    accuracy. `too_small` says that fewer cases are decided than its target, or 30, asks for.
    """

    name: str
    accuracy: Share
    coverage: Share
    accuracy_floor: Target | None = None
    coverage_floor: Target | None = None
    decision: PointDecision | None = None
    too_small: bool = False


def slice_parts(tally: Tally, threshold: float, targets: Sequence[Target] = ()) -> tuple[Part, ...]:
    """Return the slices, the least accurate first, those too small to judge last."""
    points = {name: point_at(ladder, threshold) for name, ladder in tally.by_slice.items()}
    return _ranked([_part(name, point, targets) for name, point in points.items()])


def group_parts(tally: Tally, threshold: float, targets: Sequence[Target] = ()) -> tuple[Part, ...]:
    """Return the groups of each column by itself, in the order of slices; those of few people are left out."""
    counts, hidden = _single_groups(tally, threshold), hidden_groups(tally)
    points = {
        name: CurvePoint(threshold, each.decided, each.decided - each.right, each.n)
        for name, each in counts.items()
        if name not in hidden
    }
    return _ranked([_part(name, point, targets) for name, point in points.items()])


def _single_groups(tally: Tally, threshold: float) -> dict[str, GroupCounts]:
    return {
        name: each for column in tally.group_columns for name, each in group_counts(tally, threshold, [column]).items()
    }


def names_part(target: Target, name: str) -> bool:
    """Say whether a target is about a part: by its name, by "column=*", or by "*" for each slice of all columns."""
    return target.slice in (name, f"{name.partition('=')[0]}=*", "*")


def _part(name: str, point: CurvePoint, targets: Sequence[Target]) -> Part:
    accuracy, coverage = _floor(targets, name, "accuracy"), _floor(targets, name, "coverage")
    least = (accuracy.minimum_n if accuracy else None) or SMALLEST_GROUP
    decision = None
    if accuracy is not None:
        wanted = coverage.value if coverage else None
        decision = decide_point(point, accuracy.value, wanted, accuracy.sure, accuracy.minimum_n or 0)
    return Part(
        name,
        Share(point.right, point.accepted),
        Share(point.accepted, point.n),
        accuracy,
        coverage,
        decision,
        point.accepted < least,
    )


def _floor(targets: Sequence[Target], name: str, metric: str) -> Target | None:
    ours = [
        each
        for each in targets
        if each.metric == metric and each.slice and names_part(each, name) and each.comparator in FROM_BELOW
    ]
    return max(ours, key=lambda each: each.value, default=None)


def _ranked(parts: list[Part]) -> tuple[Part, ...]:
    def place(part: Part) -> tuple[bool, float, str]:
        rate = part.accuracy.rate
        return part.too_small, math.inf if rate is None else rate, part.name

    return tuple(sorted(parts, key=place))
