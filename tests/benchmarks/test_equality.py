"""The comparison of a server's runs with ours finds what differs."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from benchmarks.equality import differences
from projects.connectors.records import MetricRecord
from projects.models import Connection, MetricValue, Run
from projects.services.recording import record_runs
from tests.factories import EPOCH, make_connection, make_workspace, run_record

pytestmark = pytest.mark.django_db
START = int(EPOCH.timestamp() * 1000)


@pytest.fixture
def connection() -> Connection:
    made = make_connection(make_workspace())
    metrics = {"accuracy": MetricRecord(0.9, None, 1, EPOCH), "loss": MetricRecord(None, "inf", 1, EPOCH)}
    record_runs(made, [run_record("a", metrics=metrics), run_record("b", metrics={})], replace=True)
    return made


def raw_run(run_id: str, metrics: dict[str, Any] | None = None) -> dict[str, Any]:
    info = {"run_id": run_id, "run_name": f"run {run_id}", "status": "FINISHED"}
    data: dict[str, Any] = {"params": [{"key": "lr", "value": "0.1"}]}
    if metrics:
        data["metrics"] = [{"key": key, "value": value, "step": "1"} for key, value in metrics.items()]
    return {"info": {**info, "start_time": START, "end_time": START + 300_000}, "data": data}


def truth() -> list[dict[str, Any]]:
    return [raw_run("a", {"accuracy": 0.9, "loss": sys.float_info.max}), raw_run("b")]


def test_equal_runs_do_not_differ(connection: Connection) -> None:
    assert differences(connection, truth()) == []


def test_a_missing_and_a_surplus_run_are_named(connection: Connection) -> None:
    assert differences(connection, [*truth(), raw_run("c")]) == ["c is missing"]
    assert differences(connection, truth()[:1]) == ["b is not on the server"]


@pytest.mark.parametrize(
    ("column", "value"),
    [("name", "other"), ("status", "failed"), ("ended_at", None), ("params", {}), ("tags", {"a": "b"})],
)
def test_each_changed_field_is_found(connection: Connection, column: str, value: Any) -> None:
    Run.objects.filter(external_id="b").update(**{column: value})
    (found,) = differences(connection, truth())
    assert found.startswith("b: ")


def test_a_changed_and_a_lost_metric_are_found(connection: Connection) -> None:
    MetricValue.objects.filter(key="accuracy").update(value=0.90001)
    assert len(differences(connection, truth())) == 1
    MetricValue.objects.all().delete()
    assert len(differences(connection, truth())) == 1


def test_a_deleted_run_is_not_here(connection: Connection) -> None:
    Run.objects.filter(external_id="a").update(deleted_at=EPOCH)
    assert differences(connection, truth()) == ["a is missing"]
