"""On how many cases a metric rests: n, and the interval, found among what a run reports."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kpis.scoring.points import MetricPoint
from kpis.scoring.targets import Target

WHOLE = re.compile(r"^\s*(\d{1,15})(\.0{1,15})?\s*$", re.ASCII)
LARGEST_N = 10**15


@dataclass(frozen=True, slots=True)
class Reported:
    """What a run reports: metrics under their own names, params and tags as text, `sample_key` as set."""

    metrics: Mapping[str, MetricPoint]
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    sample_key: str = "n"
    ambiguous: Mapping[str, str] = field(default_factory=dict)


def metric_key(metric: str, part: str = "") -> str:
    """Return the key under which a run reports a metric, for a slice `<metric>/<slice>`."""
    return f"{metric}/{part}" if part else metric


def sample_size(reported: Reported, metric: str, part: str = "") -> int | None:
    """Return n of a metric: `<metric>_n` before the initiative's key, a metric before a param before a tag.

    A slice has its own n (`<metric>/<slice>_n` or `<key>/<slice>`); the run's n is not about it. Values that
    are no whole number from 0 are passed over. None when nothing says it.
    """
    own = metric_key(metric, part)
    for key in (own + "_n", metric_key(reported.sample_key, part)):
        for found in (
            _of_metric(reported.metrics.get(key)),
            _of_text(reported.params.get(key)),
            _of_text(reported.tags.get(key)),
        ):
            if found is not None:
                return found
    return None


def _of_metric(point: MetricPoint | None) -> int | None:
    number = None if point is None else point.number
    if number is None or not 0 <= number <= LARGEST_N or number != math.floor(number):
        return None
    return int(number)


def _of_text(text: object) -> int | None:
    found = WHOLE.match(str(text)) if isinstance(text, (str, int)) else None
    return int(found[1]) if found else None


def point_of(reported: Reported, metric: str, part: str = "") -> MetricPoint | None:
    """Return a metric with its n and interval filled in where the point itself has none. None when not reported."""
    key = metric_key(metric, part)
    point = reported.metrics.get(key)
    if point is None:
        return None
    low, high = (_number(reported.metrics.get(key + end)) for end in ("_low", "_high"))
    return replace(
        point,
        n=sample_size(reported, metric, part) if point.n is None else point.n,
        low=low if point.low is None else point.low,
        high=high if point.high is None else point.high,
    )


def _number(point: MetricPoint | None) -> float | None:
    return None if point is None else point.number


def observed_for(reported: Reported, target: Target) -> tuple[MetricPoint | None, str]:
    """Return what a target judges, and why there is nothing when two aliases claim the name."""
    key = metric_key(target.metric, target.slice)
    return point_of(reported, target.metric, target.slice), reported.ambiguous.get(key, "")
