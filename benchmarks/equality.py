"""Whether every run of a tracking server is here and equal, one by one."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from projects.models import Connection, MetricValue, Run

_LARGEST = sys.float_info.max
_SPECIAL = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf", _LARGEST: "inf", -_LARGEST: "-inf"}
_Metrics = dict[str, tuple[float | None, str, int | None]]


def differences(connection: Connection, truth: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return in words what differs between a connection's runs that are not deleted and the server's active ones."""
    stored, metrics = _stored(connection), _metrics(connection)
    found: list[str] = []
    for raw in truth:
        run_id = raw["info"]["run_id"]
        here = stored.pop(run_id, None)
        if here is None:
            found.append(f"{run_id} is missing")
            continue
        number, facts = here
        found += [f"{run_id}: {facts} is not {_facts(raw)}"] if facts != _facts(raw) else []
        theirs = _their_metrics(raw)
        mine = metrics.get(number, {})
        found += [f"{run_id}: {mine} is not {theirs}"] if mine != theirs else []
    return found + [f"{run_id} is not on the server" for run_id in stored]


def _stored(connection: Connection) -> dict[str, tuple[int, tuple[Any, ...]]]:
    rows = Run.objects.filter(connection=connection, deleted_at=None)
    return {
        run.external_id: (run.pk, (run.name, run.status, _ms(run.started_at), _ms(run.ended_at), run.params, run.tags))
        for run in rows.iterator(5_000)
    }


def _metrics(connection: Connection) -> dict[int, _Metrics]:
    found: dict[int, _Metrics] = defaultdict(dict)
    rows = MetricValue.objects.filter(run__connection=connection)
    for number, key, value, special, step in rows.values_list("run_id", "key", "value", "special", "step"):
        found[number][key] = (value, special, step)
    return found


def _facts(raw: Mapping[str, Any]) -> tuple[Any, ...]:
    info, data = raw["info"], raw["data"]
    return (
        info["run_name"],
        info["status"].lower(),
        info.get("start_time", 0),
        info.get("end_time", 0),
        {each["key"]: each.get("value", "") for each in data.get("params", [])},
        {each["key"]: each.get("value", "") for each in data.get("tags", [])},
    )


def _their_metrics(raw: Mapping[str, Any]) -> _Metrics:
    found: _Metrics = {}
    for each in raw["data"].get("metrics", []):
        special = _SPECIAL.get(each["value"], "")
        found[each["key"]] = (None if special else each["value"], special, int(each.get("step", 0)))
    return found


def _ms(moment: Any) -> int:
    return round(moment.timestamp() * 1000) if moment else 0
