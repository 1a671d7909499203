"""The connector against a real MLflow: everything there is here, and what changes arrives."""

from __future__ import annotations

import json
import math
import sys
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from projects.connectors.base import ConnectorError
from projects.connectors.mlflow import MLflowConnector
from projects.connectors.mlflow.files import TAG
from projects.connectors.records import MetricRecord, RunRecord, as_record
from tests.projects.connectors.mlflow_pulls import LOOPBACK, Store, client_of, requests_of
from tests.servers.fixtures import FILLED_RUNS
from tests.servers.mlflow import MLflowServer

pytestmark = pytest.mark.mlflow

SPECIAL = {"NaN": "nan", sys.float_info.max: "inf", -sys.float_info.max: "-inf"}


def now_ms() -> int:
    return int(time.time() * 1000)


def milliseconds(moment: datetime | None) -> int:
    return round(moment.timestamp() * 1000) if moment else 0


@pytest.fixture
def experiment(mlflow_server: MLflowServer) -> str:
    answer = mlflow_server.post("experiments/create", {"name": f"experiment {uuid.uuid4()}"})
    return str(answer["experiment_id"])


def finish(server: MLflowServer, run: str, at: int | None = None) -> None:
    server.post("runs/update", {"run_id": run, "status": "FINISHED", "end_time": at or now_ms()})


def log_metric(server: MLflowServer, run: str, key: str, value: Any, step: int = 0) -> None:
    body = {"run_id": run, "key": key, "value": value, "timestamp": now_ms(), "step": step}
    server.post("runs/log-metric", body)


def assert_equal(record: RunRecord, raw: dict[str, Any]) -> None:
    info, data = raw["info"], raw["data"]
    assert record.name == info["run_name"]
    assert record.status == info["status"].lower()
    assert milliseconds(record.started_at) == info["start_time"]
    assert milliseconds(record.ended_at) == info.get("end_time", 0)
    assert record.params == {each["key"]: each.get("value", "") for each in data.get("params", [])}
    assert record.tags == {each["key"]: each["value"] for each in data.get("tags", [])}
    assert record.experiment_id == info["experiment_id"]
    metrics = {each["key"]: each for each in data.get("metrics", [])}
    assert record.metrics.keys() == metrics.keys()
    for key, each in metrics.items():
        special = SPECIAL.get(each["value"])
        value = None if special else each["value"]
        at = datetime.fromtimestamp(each["timestamp"] / 1000, UTC)
        assert record.metrics[key] == MetricRecord(value, special, each["step"], at)  # type: ignore[arg-type]
    inputs = raw.get("inputs", {}).get("dataset_inputs", [])
    assert [(each.name, each.digest) for each in record.datasets] == [
        (each["dataset"]["name"], each["dataset"]["digest"]) for each in inputs
    ]


@pytest.mark.parametrize("page_size", [37, 1000])
def test_every_active_run_is_equal_one_by_one(mlflow_server: MLflowServer, page_size: int) -> None:
    store = Store()
    ids = ["1", "2"]
    pages = store.pull(mlflow_server.url, experiment_ids=ids, page_size=page_size)
    truth = {each["info"]["run_id"]: each for each in mlflow_server.every_run(ids)}
    assert len(truth) > FILLED_RUNS * 0.9
    assert store.runs.keys() == truth.keys()
    for external_id, raw in truth.items():
        assert_equal(store.runs[external_id], raw)
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
    assert not any(page.rejected for page in pages)


def test_the_odd_ones_are_there(mlflow_server: MLflowServer) -> None:
    store = Store()
    store.pull(mlflow_server.url, experiment_ids=["1", "2"])
    runs = store.runs.values()
    assert {each.status for each in runs} == {"running", "failed", "killed", "finished"}
    assert {as_record(metric).special for each in runs for metric in each.metrics.values()} == {
        None,
        "nan",
        "inf",
        "-inf",
    }
    assert any(len(each.name) > 300 for each in runs)
    assert any("mlflow.parentRunId" in each.tags for each in runs)
    dataset = next(each.datasets[0] for each in runs if each.datasets)
    assert dataset.context == "training" and dataset.rows in (1000, 1001, 1002) and dataset.schema_digest
    assert any(each.experiment_name == "fraud “größe” 検知" for each in runs)


def test_no_run_is_sent_twice_in_a_first_pull(mlflow_server: MLflowServer) -> None:
    pages = Store().pull(mlflow_server.url, experiment_ids=["1", "2"], page_size=50)
    sent = [each.external_id for page in pages for each in page.records]
    assert len(sent) == len(set(sent))


def test_runs_that_share_one_start_are_all_read(mlflow_server: MLflowServer, experiment: str) -> None:
    start = now_ms()
    same = {mlflow_server.create_run(experiment, f"same {each}", start_time=start) for each in range(11)}
    later = {mlflow_server.create_run(experiment, f"later {each}", start_time=start + 1) for each in range(5)}
    store = Store()
    store.pull(mlflow_server.url, experiment_ids=[experiment], page_size=3)
    assert store.runs.keys() == same | later


def test_runs_without_a_start_are_all_read(mlflow_server: MLflowServer, experiment: str) -> None:
    made = {mlflow_server.create_run(experiment, f"r{each}") for each in range(7)}
    store = Store()
    store.pull(mlflow_server.url, experiment_ids=[experiment], page_size=3)
    assert store.runs.keys() == made


def test_an_idle_second_pull_asks_little(mlflow_server: MLflowServer) -> None:
    store = Store()
    store.pull(mlflow_server.url, experiment_ids=["1", "2"])
    before = dict(store.runs)
    pages = store.pull(mlflow_server.url, experiment_ids=["1", "2"])
    assert requests_of(pages) <= 5
    assert store.runs == before
    assert not store.deleted


def test_an_hourly_pull_asks_two_questions_more(mlflow_server: MLflowServer) -> None:
    store, now = Store(), datetime.now(UTC)
    store.pull(mlflow_server.url, now, experiment_ids=["1", "2"])
    idle = store.pull(mlflow_server.url, now + timedelta(minutes=59), experiment_ids=["1", "2"])
    hourly = store.pull(mlflow_server.url, now + timedelta(minutes=60), experiment_ids=["1", "2"])
    assert requests_of(hourly) == requests_of(idle) + 2
    assert requests_of(store.pull(mlflow_server.url, now + timedelta(minutes=61), experiment_ids=["1", "2"])) <= 5


@pytest.mark.parametrize("end", [None, 1_600_000_100_000], ids=["without an end", "with an old end"])
def test_a_run_that_is_in_no_tail_is_found_by_its_start_within_the_hour(
    mlflow_server: MLflowServer, experiment: str, end: int | None
) -> None:
    server, store, now = mlflow_server, Store(), datetime.now(UTC)
    finish(server, server.create_run(experiment, "first", start_time=now_ms()))
    store.pull(server.url, now, experiment_ids=[experiment])
    run = server.create_run(experiment, "imported", start_time=now_ms())
    server.post("runs/update", {"run_id": run, "status": "FINISHED", **({"end_time": end} if end else {})})
    (raw,) = [each for each in server.every_run([experiment]) if each["info"]["run_id"] == run]
    assert raw["info"]["status"] == "FINISHED" and raw["info"].get("end_time") == end
    store.pull(server.url, now + timedelta(minutes=30), experiment_ids=[experiment])
    assert run not in store.runs
    store.pull(server.url, now + timedelta(minutes=60), experiment_ids=[experiment])
    assert_equal(store.runs[run], raw)


def test_what_changes_arrives(mlflow_server: MLflowServer, experiment: str) -> None:
    server, store = mlflow_server, Store()
    ended, running = (server.create_run(experiment, name, start_time=now_ms()) for name in ("ended", "running"))
    finish(server, ended)
    store.pull(server.url, experiment_ids=[experiment])
    assert (store.runs[ended].status, store.runs[running].status) == ("finished", "running")

    log_metric(server, ended, "late/accuracy", 0.93)
    log_metric(server, running, "loss", 0.5)
    finish(server, running)
    fresh = server.create_run(experiment, "fresh", start_time=now_ms())
    store.pull(server.url, experiment_ids=[experiment])
    assert as_record(store.runs[ended].metrics["late/accuracy"]).value == 0.93
    assert store.runs[running].status == "finished"
    assert as_record(store.runs[running].metrics["loss"]).value == 0.5
    assert store.runs[fresh].status == "running"


def test_a_run_that_ends_long_ago_arrives_at_once(mlflow_server: MLflowServer, experiment: str) -> None:
    server, store = mlflow_server, Store()
    run = server.create_run(experiment, "imported", start_time=1_600_000_000_000)
    store.pull(server.url, experiment_ids=[experiment])
    finish(server, run, at=1_600_000_100_000)
    store.pull(server.url, experiment_ids=[experiment])
    assert store.runs[run].status == "finished"


def test_a_deleted_run_is_told_within_the_hour_and_comes_back_with_the_sweep(
    mlflow_server: MLflowServer, experiment: str
) -> None:
    server, store, now = mlflow_server, Store(), datetime.now(UTC)
    run = server.create_run(experiment, "doomed", start_time=now_ms())
    finish(server, run, at=1_600_000_000_000)
    store.pull(server.url, now, experiment_ids=[experiment])
    server.post("runs/delete", {"run_id": run})
    store.pull(server.url, now + timedelta(minutes=30), experiment_ids=[experiment])
    assert store.deleted == set()
    store.pull(server.url, now + timedelta(minutes=61), experiment_ids=[experiment])
    assert store.deleted == {run}
    server.post("runs/restore", {"run_id": run})
    pages = store.pull(server.url, now + timedelta(hours=25), experiment_ids=[experiment])
    assert [each.external_id for page in pages for each in page.records] == [run]
    assert not pages[-1].deleted_ids


def test_a_tag_set_late_on_an_old_run_arrives_with_the_sweep(mlflow_server: MLflowServer, experiment: str) -> None:
    server, store, now = mlflow_server, Store(), datetime.now(UTC)
    run = server.create_run(experiment, "old", start_time=1_600_000_000_000)
    finish(server, run, at=1_600_000_100_000)
    store.pull(server.url, now, experiment_ids=[experiment])
    server.post("runs/set-tag", {"run_id": run, "key": "approved", "value": "yes"})
    store.pull(server.url, now + timedelta(hours=1), experiment_ids=[experiment])
    assert "approved" not in store.runs[run].tags
    store.pull(server.url, now + timedelta(hours=25), experiment_ids=[experiment])
    assert store.runs[run].tags["approved"] == "yes"


def test_a_deleted_experiment_takes_its_runs_and_brings_them_back(mlflow_server: MLflowServer, experiment: str) -> None:
    server, store, now = mlflow_server, Store(), datetime.now(UTC)
    run = server.create_run(experiment, "doomed", start_time=1_600_000_000_000)
    finish(server, run, at=1_600_000_100_000)
    store.pull(server.url, now, experiment_ids=[experiment, "1"])
    server.post("experiments/delete", {"experiment_id": experiment})
    store.pull(server.url, now + timedelta(hours=2), experiment_ids=[experiment, "1"])
    assert run in store.deleted
    with pytest.raises(ConnectorError) as caught:
        store.pull(server.url, now + timedelta(hours=2), experiment_ids=[experiment])
    assert caught.value.code == "no_experiment" and caught.value.permanent
    server.post("experiments/restore", {"experiment_id": experiment})
    pages = store.pull(server.url, now + timedelta(hours=2, minutes=5), experiment_ids=[experiment, "1"])
    assert run in {each.external_id for page in pages for each in page.records}


def test_an_experiment_added_to_the_choice_is_read_whole(mlflow_server: MLflowServer, experiment: str) -> None:
    store = Store()
    mlflow_server.create_run(experiment, "one", start_time=now_ms())
    store.pull(mlflow_server.url, experiment_ids=[experiment])
    assert len(store.runs) == 1
    store.pull(mlflow_server.url, experiment_ids=[experiment, "1"])
    assert len(store.runs) == 1 + len(mlflow_server.every_run(["1"]))


@pytest.mark.parametrize("stop_after", [1, 3, 8])
def test_an_interrupted_pull_is_resumed_without_loss(mlflow_server: MLflowServer, stop_after: int) -> None:
    ids, store = ["1", "2"], Store()
    first = store.pull(mlflow_server.url, most_pages=stop_after, experiment_ids=ids, page_size=40)
    second = store.pull(mlflow_server.url, experiment_ids=ids, page_size=40)
    assert store.runs.keys() == {each["info"]["run_id"] for each in mlflow_server.every_run(ids)}
    assert len(first) + len(second) <= 15


def test_runs_that_appear_while_paging_shift_nothing(mlflow_server: MLflowServer, experiment: str) -> None:
    server, store, base = mlflow_server, Store(), now_ms()
    made = {server.create_run(experiment, f"r{each}", start_time=base + each * 10) for each in range(20)}
    with client_of(server.url) as client:
        connector = MLflowConnector(client, {"experiment_ids": [experiment], "page_size": 4})
        for page in connector.fetch_runs({}, datetime.now(UTC)):
            store.keep(page)
            for step in range(2):
                server.create_run(experiment, "early", start_time=base - step - 1)
            deleted = next(iter(sorted(store.runs)), "")
            if deleted and deleted not in store.deleted:
                server.post("runs/delete", {"run_id": deleted})
                store.deleted.add(deleted)
    assert made <= store.runs.keys()


def test_aliases_arrive_when_they_move(mlflow_server: MLflowServer) -> None:
    server, store = mlflow_server, Store()
    name = f"model {uuid.uuid4()}"
    server.post("registered-models/create", {"name": name})
    run = server.every_run(["1"])[0]["info"]["run_id"]
    for _ in range(2):
        server.post("model-versions/create", {"name": name, "source": "s3://bucket/model", "run_id": run})
    for version in ("1", "2"):
        server.post("registered-models/alias", {"name": name, "alias": "champion", "version": version})
        store.pull(server.url, experiment_ids=["1"])
        other = "2" if version == "1" else "1"
        assert tuple(store.versions[name, version].aliases) == ("champion",)
        assert tuple(store.versions[name, other].aliases) == ()
    assert store.versions[name, "1"].run_external_id == run
    assert tuple(store.versions["model-0 ü", "2"].aliases) == ("challenger",)


def test_histories_keep_specials_and_order(mlflow_server: MLflowServer, experiment: str) -> None:
    server = mlflow_server
    one, two = (server.create_run(experiment, name, start_time=now_ms()) for name in ("one", "two"))
    for step, value in enumerate((0.1, "NaN", "Infinity", "-Infinity", 0.5)):
        log_metric(server, one, "val loss/α", value, step)
    with client_of(server.url) as client:
        found = MLflowConnector(client, {}).fetch_metric_history([one, two], "val loss/α")
    assert [(each.step, each.value, each.special) for each in found[one].points] == [
        (0, 0.1, None),
        (1, None, "nan"),
        (2, None, "inf"),
        (3, None, "-inf"),
        (4, 0.5, None),
    ]
    assert (found[two].points, found[two].is_whole) == ([], True)


def test_long_histories_are_thinned(mlflow_server: MLflowServer, experiment: str) -> None:
    run = mlflow_server.create_run(experiment, "long", start_time=now_ms())
    for start in range(0, 3000, 1000):
        points = [
            {"key": "loss", "value": math.sin(step), "timestamp": step + 1, "step": step}
            for step in range(start, start + 1000)
        ]
        mlflow_server.post("runs/log-batch", {"run_id": run, "metrics": points})
    with client_of(mlflow_server.url) as client:
        kept = MLflowConnector(client, {}).fetch_metric_history([run], "loss")[run].points
    assert len(kept) <= 2000
    values = [math.sin(step) for step in range(3000)]
    assert max(each.value or 0 for each in kept) == pytest.approx(max(values))
    assert min(each.value or 0 for each in kept) == pytest.approx(min(values))


def test_the_test_says_version_and_what_is_visible(mlflow_server: MLflowServer) -> None:
    with client_of(mlflow_server.url) as client:
        connector = MLflowConnector(client, {})
        report = connector.test()
        names = [each.name for each in connector.list_choices()]
    assert report.version == mlflow_server.version and report.visible == len(names)
    assert report.text.startswith(f"MLflow {mlflow_server.version} answers: ")
    assert {"churn", "fraud “größe” 検知"} <= set(names) and names == sorted(names, key=str.casefold)


def test_a_foreign_host_name_is_explained(mlflow_server: MLflowServer) -> None:
    def there(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    url = mlflow_server.url.replace("127.0.0.1", "tracking.example")
    client = client_of(url, resolver=there, allowed_networks=LOOPBACK)
    with client, pytest.raises(ConnectorError, match="--allowed-hosts") as caught:
        MLflowConnector(client, {}).test()
    assert caught.value.permanent and caught.value.code == "forbidden"


def test_a_wrong_path_is_explained(mlflow_server: MLflowServer) -> None:
    client = client_of(mlflow_server.url + "/elsewhere")
    with client, pytest.raises(ConnectorError, match="base URL") as caught:
        MLflowConnector(client, {}).test()
    assert caught.value.permanent


def test_an_evaluation_of_a_run_is_read_once(mlflow_server: MLflowServer, experiment: str) -> None:
    run = mlflow_server.create_run(experiment, "evaluated", start_time=now_ms())
    statistics = {"counts": [{"level": 9_000, "right": 9, "wrong": 1}]}
    mlflow_server.log_artifact(run, "mltrack/evaluation.json", json.dumps(statistics).encode())
    mlflow_server.post("runs/set-tag", {"run_id": run, "key": TAG, "value": "mltrack/evaluation.json"})
    missing = mlflow_server.create_run(experiment, "missing", start_time=now_ms())
    mlflow_server.post("runs/set-tag", {"run_id": missing, "key": TAG, "value": "mltrack/none.json"})
    store = Store()
    store.pull(mlflow_server.url, experiment_ids=[experiment])
    (file,) = [each for page in store.pages for each in page.evaluations]
    assert (file.run_external_id, file.content) == (run, statistics)
    (rejected,) = [each for page in store.pages for each in page.rejected]
    assert rejected.external_id == f"{missing} mltrack/none.json"
    before = requests_of(store.pull(mlflow_server.url, experiment_ids=[experiment]))
    store.pull(mlflow_server.url, experiment_ids=[experiment])
    assert requests_of(store.pages[-2:]) <= before
    assert len([each for page in store.pages for each in page.evaluations]) == 1
