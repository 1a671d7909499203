"""Whether what was sent is what is kept: counts and checksums of both sides, made from the bodies and from the rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from kpis.models import Reading
from projects.models import MetricValue, Run

Posts = Sequence[tuple[str, Sequence[bytes]]]


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows there are, and a SHA-256 of all of them in order."""

    count: int
    checksum: str


def readings_sent(keys: Sequence[str], posts: Posts) -> Sum:
    """Return the sum of readings in bodies of rows or columns; `keys` are the KPIs of the posts."""
    rows: list[tuple[Any, ...]] = []
    for key, (_, bodies) in zip(keys, posts, strict=True):
        for body in map(json.loads, bodies):
            times = body["times"] if "times" in body else [row["time"] for row in body["readings"]]
            values = body["values"] if "times" in body else [row["value"] for row in body["readings"]]
            rows += [(key, _micro(datetime.fromisoformat(time)), float(value)) for time, value in zip(times, values)]
    return _sum(rows)


def readings_kept(keys: Sequence[str]) -> Sum:
    """Return the sum of the readings of these KPIs."""
    rows = Reading.objects.filter(kpi__key__in=keys, segment="").values_list("kpi__key", "time", "value")
    return _sum((key, _micro(time), value) for key, time, value in rows.iterator(10_000))


def runs_sent(keys: Sequence[str], posts: Posts) -> Sum:
    """Return the sum of runs, with their parts, and metrics in bodies; `keys` are the initiatives of the posts."""
    rows: list[tuple[Any, ...]] = []
    for key, (_, bodies) in zip(keys, posts, strict=True):
        for run in (run for body in bodies for run in json.loads(body)["runs"]):
            name, times = run["external_id"], (run["started_at"], run["ended_at"])
            moments = [_micro(datetime.fromisoformat(time)) for time in times]
            rows.append((key, name, "", run["name"], run["status"], *moments, _text(run["params"]), _text(run["tags"])))
            rows += [(key, name, metric, float(value)) for metric, value in run["metrics"].items()]
    return _sum(rows)


def runs_kept(keys: Sequence[str]) -> Sum:
    """Return the sum of the runs that were pushed to these initiatives, and of their metrics."""
    rows: list[tuple[Any, ...]] = []
    for run in Run.objects.filter(pushed_to__key__in=keys).select_related("pushed_to").iterator(5_000):
        assert run.pushed_to is not None and run.started_at is not None and run.ended_at is not None
        moments = [_micro(run.started_at), _micro(run.ended_at)]
        parts = (run.name, run.status, *moments, _text(run.params), _text(run.tags))
        rows.append((run.pushed_to.key, run.external_id, "", *parts))
    metrics = MetricValue.objects.filter(run__pushed_to__key__in=keys)
    rows += metrics.values_list("run__pushed_to__key", "run__external_id", "key", "value").iterator(10_000)
    return _sum(rows)


def _micro(moment: datetime) -> int:
    return int((moment - datetime(2000, 1, 1, tzinfo=UTC)).total_seconds() * 1_000_000)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _sum(rows: Iterable[tuple[Any, ...]]) -> Sum:
    ordered = sorted(rows, key=lambda row: tuple(map(str, row)))
    return Sum(len(ordered), sha256("\n".join(map(repr, ordered)).encode()).hexdigest())
