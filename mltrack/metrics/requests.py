"""The times of requests by route name, method and class of status, over all web processes."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from mltrack.metrics import slots

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.3, 0.6, 1.0, 2.5, 5.0, 10.0, 30.0)
slots.share()
_OWN: Final = CollectorRegistry()
_SECONDS: Final = Histogram(
    "mltrack_request_seconds",
    "Seconds that the web process took to answer.",
    ["route", "method", "status"],
    buckets=BUCKETS,
    registry=_OWN,
)


def observe(route: str, method: str, status: int, seconds: float) -> None:
    """Count one answer."""
    _SECONDS.labels(route, method, f"{status // 100}xx").observe(seconds)


def exposition() -> bytes:
    """Return the text for Prometheus, of all web processes where they share a folder."""
    folder = slots.folder()
    if folder is None:
        return generate_latest(_OWN)
    shared = CollectorRegistry()
    MultiProcessCollector(shared, str(folder))  # type: ignore[no-untyped-call]
    return generate_latest(shared)
