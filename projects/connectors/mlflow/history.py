"""Histories of a metric, thinned so that a chart keeps its extremes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from projects.connectors.mlflow.values import moment, number, whole
from projects.connectors.records import HistoryPoint

MOST_POINTS = 2_000


def parse_points(raw: Iterable[Mapping[str, Any]]) -> list[HistoryPoint]:
    """Return the points in the order of step and time; points that are no numbers are left out."""
    points: list[HistoryPoint] = []
    for each in raw:
        try:
            value, special = number(each["value"])
            points.append(HistoryPoint(whole(each.get("step") or 0), moment(each.get("timestamp")), value, special))
        except (KeyError, OverflowError, TypeError, ValueError):
            continue
    points.sort(key=lambda point: (point.step, point.time.timestamp() if point.time else 0.0))
    return points


def thinned(points: Sequence[HistoryPoint], most: int = MOST_POINTS) -> list[HistoryPoint]:
    """Return at most `most` (at least 5) of the points, in order.

    The points are cut into equal buckets; of each bucket the lowest, the highest and the first special value
    stay. The first and the last point always stay.
    """
    if len(points) <= most:
        return list(points)
    buckets = (most - 2) // 3
    kept = {0, len(points) - 1}
    for bucket in range(buckets):
        start, end = bucket * len(points) // buckets, (bucket + 1) * len(points) // buckets
        kept.update(_telling(points, range(start, end)))
    return [points[index] for index in sorted(kept)]


def _telling(points: Sequence[HistoryPoint], indexes: range) -> set[int]:
    numbers = [(value, index) for index in indexes if (value := points[index].value) is not None]
    telling = {min(numbers)[1], max(numbers)[1]} if numbers else set()
    special = next((index for index in indexes if points[index].special), None)
    return telling if special is None else telling | {special}
