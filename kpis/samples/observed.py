"""What the sample observes of its data, made up: forms by counter and day, and how far a feature drifted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

REFERENCE = "Sample: made up"


def observations_of(told: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """Return the observations up to yesterday; on that day the silent segment brings nothing."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return [*_volumes(told, today), *_drifts(told, today)]


def _volumes(told: Mapping[str, Any], today: datetime) -> Iterator[dict[str, Any]]:
    for ago in range(told["days"], 0, -1):
        for segment, count in told["segments"].items():
            usual = count + ago * 5 % 7 - 3 if count > 10 else int(ago % 5 == 0)
            yield {
                "kind": "volume",
                "name": told["name"],
                "segment": segment,
                "time": (today - timedelta(days=ago)).isoformat(),
                "value": 0 if ago == 1 and segment == told["silent"] else usual,
                "reference": REFERENCE,
            }


def _drifts(told: Mapping[str, Any], today: datetime) -> Iterator[dict[str, Any]]:
    for weeks, value in enumerate(reversed(told["drifts"])):
        yield {
            "kind": "drift",
            "name": told["drift"],
            "time": (today - timedelta(days=1 + 7 * weeks)).isoformat(),
            "value": value,
            "method": "psi",
            "threshold": told["drift_threshold"],
            "reference": REFERENCE,
        }
