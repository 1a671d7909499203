"""Accuracy and coverage of one run at one confidence threshold."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from kpis.scoring.points import MetricPoint
from kpis.scoring.sampling import Reported, point_of, sample_size

# A coverage is written with a point: accuracy@1 and accuracy@5 are top-k accuracies.
AT_COVERAGE = re.compile(r"^accuracy@(?:coverage[=_]?)?(0?\.\d{1,12}|1\.0{1,12})$", re.ASCII)
HOW_TO_DECLARE = (
    "Declare the threshold at which the run has both accuracy and coverage: a tag or param `threshold`, "
    "or a metric `accuracy@coverage` beside `coverage`."
)


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """Accuracy and coverage that belong together. `problem` says why they do not; then coverage is None."""

    accuracy: MetricPoint | None
    coverage: MetricPoint | None
    threshold: str = ""
    problem: str = ""


def operating_point(reported: Reported) -> OperatingPoint:
    """Return what a run declares at one threshold.

    A tag or param `threshold` (a ratio) binds the run's accuracy and coverage together; so does a metric
    `accuracy@coverage` beside `coverage`, or one metric such as `accuracy@0.85`, whose name holds the coverage.
    Otherwise accuracy stands alone and coverage is missing.
    """
    alone = point_of(reported, "accuracy")
    threshold = str(reported.tags.get("threshold") or reported.params.get("threshold") or "").strip()
    if threshold:
        if not _is_number(threshold):
            return OperatingPoint(alone, None, problem=f"the threshold “{threshold[:40]}” is not a number")
        return OperatingPoint(alone, point_of(reported, "coverage"), threshold)
    if "accuracy@coverage" in reported.metrics:
        both = _with_n(reported, "accuracy@coverage")
        return OperatingPoint(both, point_of(reported, "coverage"), "accuracy@coverage")
    return _named_coverage(reported, alone)


def _named_coverage(reported: Reported, alone: MetricPoint | None) -> OperatingPoint:
    keys = sorted(key for key in reported.metrics if AT_COVERAGE.match(key))
    if len(keys) > 1:
        return OperatingPoint(
            alone,
            None,
            problem=f"the run declares {len(keys)} operating points; choose one with a tag or param `threshold`",
        )
    if not keys:
        return OperatingPoint(
            alone, None, problem="the run declares no threshold, so its coverage may belong to another one"
        )
    coverage = MetricPoint(float(AT_COVERAGE.sub(r"\1", keys[0])), n=sample_size(reported, "coverage"), source=keys[0])
    return OperatingPoint(_with_n(reported, keys[0]), coverage, keys[0])


def _with_n(reported: Reported, key: str) -> MetricPoint | None:
    """Return the metric of a key with its own n, else that of accuracy."""
    point = point_of(replace(reported, sample_key=""), key)
    if point is None or point.n is not None:
        return point
    return replace(point, n=sample_size(reported, "accuracy"))


def declared(reported: Reported, metric: str) -> MetricPoint | None:
    """Return a metric for a comparison: accuracy and coverage at the declared operating point, else as reported."""
    pair = operating_point(reported)
    at_point = {"accuracy": pair.accuracy, "coverage": pair.coverage}.get(metric)
    return point_of(reported, metric) if at_point is None else at_point


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def accepted_cases(point: OperatingPoint) -> int | None:
    """Return about how many cases the model decided alone: coverage · n. None when either is unknown."""
    coverage, n = point.coverage, None if point.accuracy is None else point.accuracy.n
    share = None if coverage is None else coverage.number
    if share is None or n is None or not 0 <= share <= 1:
        return None
    return math.floor(share * n)
