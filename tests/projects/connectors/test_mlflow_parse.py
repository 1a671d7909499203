"""MLflow's JSON to records; what cannot be stored is said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from projects.connectors.mlflow.parse import parse_aliases, parse_runs, parse_versions
from projects.connectors.records import DatasetRecord, MetricRecord, RunRecord

LINK = "http://tracking.example/mlflow/"
START = 1_750_000_000_000


def raw_run(info: dict[str, Any] | None = None, **parts: Any) -> dict[str, Any]:
    known = {
        "run_id": "r1",
        "experiment_id": "7",
        "run_name": "one",
        "status": "FINISHED",
        "start_time": START,
        "end_time": START + 1500,
        "lifecycle_stage": "active",
    }
    return {"info": known | (info or {}), **parts}


def only(raw: dict[str, Any]) -> RunRecord:
    records, rejected = parse_runs([raw], {"7": "Churn"}, LINK)
    assert rejected == []
    return records[0]


def test_a_whole_run() -> None:
    record = only(
        raw_run(
            data={
                "metrics": [{"key": "eval/acc uracy", "value": 0.9, "step": 3, "timestamp": START}],
                "params": [{"key": "lr", "value": "0.1"}],
                "tags": [{"key": "mlflow.source.git.commit", "value": "abc"}],
            },
            inputs={
                "dataset_inputs": [
                    {
                        "tags": [{"key": "mlflow.data.context", "value": "training"}],
                        "dataset": {
                            "name": "customers",
                            "digest": "d1",
                            "schema": '{"mlflow_colspec": []}',
                            "profile": '{"num_rows": 1000}',
                        },
                    }
                ]
            },
        )
    )
    at = datetime(2025, 6, 15, 15, 6, 40, tzinfo=UTC)
    assert (record.external_id, record.name, record.status) == ("r1", "one", "finished")
    assert record.started_at == at and record.ended_at == at.replace(second=41, microsecond=500_000)
    assert record.metrics == {"eval/acc uracy": MetricRecord(0.9, None, 3, at)}
    assert record.params == {"lr": "0.1"} and record.tags == {"mlflow.source.git.commit": "abc"}
    dataset = record.datasets[0]
    assert isinstance(dataset, DatasetRecord)
    assert (dataset.name, dataset.digest, dataset.context, dataset.rows) == ("customers", "d1", "training", 1000)
    assert dataset.schema_digest is not None and len(dataset.schema_digest) == 16
    assert (record.experiment_id, record.experiment_name, record.deleted) == ("7", "Churn", False)
    assert record.url == "http://tracking.example/mlflow/#/experiments/7/runs/r1"


def test_a_bare_run_has_empty_parts() -> None:
    record = only({"info": {"run_uuid": "r2", "experiment_id": "8", "status": "RUNNING"}})
    assert (record.external_id, record.name, record.status) == ("r2", "", "running")
    assert record.started_at is None and record.ended_at is None
    assert record.params == {} and record.metrics == {} and list(record.datasets) == []


@pytest.mark.parametrize(
    "word, status",
    [
        ("RUNNING", "running"),
        ("SCHEDULED", "running"),
        ("FINISHED", "finished"),
        ("FAILED", "failed"),
        ("KILLED", "killed"),
    ],
)
def test_statuses(word: str, status: str) -> None:
    assert only(raw_run({"status": word})).status == status


def test_names_and_keys_of_people_are_kept() -> None:
    long = "n" * 300
    pairs = [{"key": "a/b c", "value": "x" * 9000}, {"key": "größe 🚀", "value": ""}]
    record = only(raw_run({"run_name": long}, data={"params": pairs}))
    assert record.name == long
    assert record.params == {"a/b c": "x" * 9000, "größe 🚀": ""}


def test_what_postgresql_cannot_hold_is_replaced() -> None:
    record = only(raw_run({"run_name": "a\x00b"}, data={"tags": [{"key": "k\ud800", "value": "v\x00"}]}))
    assert record.name == "a\ufffdb"
    assert record.tags == {"k\ufffd": "v\ufffd"}


def test_params_that_are_no_text_are_kept_as_json() -> None:
    pairs = [{"key": "a", "value": 3}, {"key": "b", "value": [1, None]}, {"key": "c"}]
    assert only(raw_run(data={"params": pairs})).params == {"a": "3", "b": "[1, null]", "c": ""}


@pytest.mark.parametrize(
    "info",
    [
        {"run_id": ""},
        {"run_id": "r\x00"},
        {"run_id": "r" * 251},
        {"run_id": 7},
        {"status": "MELTING"},
        {"status": None},
        {"start_time": -5},
        {"end_time": 10**17},
        {"end_time": "soon"},
    ],
)
def test_a_run_that_cannot_be_stored_is_left_out_and_the_page_goes_on(info: dict[str, Any]) -> None:
    records, rejected = parse_runs([raw_run(info), raw_run({"run_id": "good"})], {}, LINK)
    assert [each.external_id for each in records] == ["good"]
    assert len(rejected) == 1 and rejected[0].reason.startswith("The run was left out: ")


@pytest.mark.parametrize("raw", [{}, {"info": None}, {"info": []}, {"info": {}}, {"info": {"run_id": "r"}}])
def test_shapes_that_are_no_runs_are_left_out(raw: dict[str, Any]) -> None:
    records, rejected = parse_runs([raw], {}, LINK)
    assert records == [] and len(rejected) == 1


def test_a_bad_metric_is_left_out_alone() -> None:
    metrics = [{"key": "a", "value": "high"}, {"key": "b", "value": 1.0}, {"key": "k" * 501, "value": 1.0}]
    records, rejected = parse_runs([raw_run(data={"metrics": metrics})], {}, LINK)
    assert list(records[0].metrics) == ["b"]
    assert [each.external_id for each in rejected] == ["r1", "r1"]


def test_a_metric_with_an_absurd_time_keeps_its_value() -> None:
    record = only(raw_run(data={"metrics": [{"key": "a", "value": 1.0, "timestamp": -(10**18)}]}))
    assert record.metrics["a"] == MetricRecord(1.0, None, 0, None)


def test_addresses_of_runs_are_quoted() -> None:
    assert only(raw_run({"run_id": "a/../b?c#d"})).url.endswith("/runs/a%2F..%2Fb%3Fc%23d")


def test_versions_get_their_aliases_and_prompts_are_left_out() -> None:
    models: list[dict[str, Any]] = [
        {"name": "m", "aliases": [{"alias": "prod", "version": "2"}, {"alias": "best", "version": 2}]},
        {"name": "n"},
    ]
    raw: list[dict[str, Any]] = [
        {"name": "m", "version": "1", "run_id": "r1", "creation_timestamp": START, "status": "READY"},
        {"name": "m", "version": "2", "tags": [{"key": "k", "value": "v"}]},
        {"name": "p", "version": "1", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]},
        {"name": "broken"},
        {"name": "broken", "version": "7", "creation_timestamp": -1},
    ]
    versions, rejected = parse_versions(raw, parse_aliases(models))
    assert [(each.name, each.version, tuple(each.aliases)) for each in versions] == [
        ("m", "1", ()),
        ("m", "2", ("best", "prod")),
    ]
    assert (versions[0].run_external_id, versions[0].status) == ("r1", "ready")
    assert versions[1].tags == {"k": "v"}
    assert [each.external_id for each in rejected] == ["broken/None", "broken/7"]
