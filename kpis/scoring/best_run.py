"""The best run under several targets: both accuracy and coverage on the same run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from kpis.scoring.inputs import RunFacts
from kpis.scoring.operating_point import operating_point
from kpis.scoring.points import MetricPoint
from kpis.scoring.sampling import observed_for
from kpis.scoring.target_judgement import judge_target
from kpis.scoring.targets import Criticality, Target, accepted, merit

Rank = tuple[int, int, float, datetime, str]
NEVER = datetime.min.replace(tzinfo=UTC)


def point_for(run: RunFacts, target: Target) -> tuple[MetricPoint | None, str]:
    """Return what a target judges on a run: coverage and accuracy at its operating point, and why there is none."""
    point, note = observed_for(run.reported, target)
    if target.slice or target.metric not in ("accuracy", "coverage"):
        return point, note
    pair = operating_point(run.reported)
    return (pair.accuracy, note) if target.metric == "accuracy" else (pair.coverage, note or pair.problem)


def best_run(
    runs: Sequence[RunFacts], targets: Sequence[Target], criticality: Criticality = "standard"
) -> RunFacts | None:
    """Return the finished run that meets most targets; then most by their points, then the best first target.

    A tie goes to the run that ended last. Without targets that is the run that ended last. None without a
    finished run. No run is helped by another's numbers.
    """
    finished = [run for run in runs if run.status == "finished"]
    if len(finished) < 2:
        return finished[0] if finished else None
    return max(finished, key=lambda run: _rank(run, targets, criticality))


def _rank(run: RunFacts, targets: Sequence[Target], criticality: Criticality) -> Rank:
    points = [point_for(run, target)[0] for target in targets]
    met = sum(judge_target(target, point, criticality).result == "pass" for target, point in zip(targets, points))
    near = sum(_holds(target, point) for target, point in zip(targets, points))
    first = _merit(targets[0], points[0]) if targets else 0.0
    return met, near, first, run.ended_at or NEVER, run.id


def _holds(target: Target, point: MetricPoint | None) -> bool:
    value = None if point is None else point.number
    return value is not None and accepted(target).holds(value)


def _merit(target: Target, point: MetricPoint | None) -> float:
    """Return how good a value is in the target's direction: larger is better, nothing is −∞."""
    value = None if point is None else point.number
    return float("-inf") if value is None else merit(target, value)


def improvements(target: Target, values: Sequence[float | None]) -> list[int]:
    """Return the places of values that were better than every one before; the first number is, a tie is not."""
    found: list[int] = []
    best = float("-inf")
    for place, value in enumerate(values):
        if value is not None and (not found or merit(target, value) > best):
            best = merit(target, value)
            found.append(place)
    return found
