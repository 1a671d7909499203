"""Runs of a source, upserted."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import pytest

from projects.connectors.records import DatasetRecord, MetricRecord, as_record
from projects.models import (
    Connection,
    DatasetVersion,
    Initiative,
    JudgeDue,
    MetricValue,
    Run,
    RunDataset,
    RunLink,
)
from projects.services.outcomes import counts
from projects.services.runs import mark_deleted, record_runs
from tests.factories import EPOCH, make_connection, make_initiative, make_runs, make_workspace, run_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def initiative() -> Initiative:
    return make_initiative(make_workspace())


@pytest.fixture
def connection(initiative: Initiative) -> Connection:
    return Connection.objects.create(
        workspace=initiative.workspace, kind="mlflow", name="m", base_url="http://127.0.0.1:9", paused=True
    )


def states(connection: Connection, *records: object, replace: bool = True) -> list[str]:
    return [each.state for each in record_runs(connection, records, replace=replace)]  # type: ignore[arg-type]


def test_created_updated_unchanged(connection: Connection) -> None:
    assert states(connection, run_record("a"), run_record("b")) == ["created", "created"]
    assert states(connection, run_record("a"), run_record("b", name="new")) == ["unchanged", "updated"]
    assert states(connection, run_record("a", metrics={"accuracy": 0.91}), run_record("b", name="new")) == [
        "updated",
        "unchanged",
    ]
    assert Run.objects.count() == 2


def test_every_field_arrives(connection: Connection) -> None:
    record = run_record(
        "r" * 250,
        name="läufer 🚀",
        params={"note 'x'": 'a,b;\t"c"\\', "empty": ""},
        tags={"mlflow.source.git.commit": "c" * 40, "é": "\n<b>"},
        metrics={"eval/accuracy": 0.1 + 0.2, "val loss": -0.0, "tiny": 5e-324, "huge": -sys.float_info.max},
        url="http://host/#/r",
    )
    record_runs(connection, [record], replace=True)
    run = Run.objects.get()
    assert (run.external_id, run.name, run.status) == (record.external_id, record.name, "finished")
    assert (run.params, run.tags) == (record.params, record.tags)
    assert (run.started_at, run.ended_at) == (record.started_at, record.ended_at)
    assert (run.commit, run.experiment_id, run.experiment_name, run.url) == ("c" * 40, "1", "churn", record.url)
    assert run.public_id.startswith("run_")
    values = {each.key: (each.value, each.step, each.time) for each in run.metrics.all()}
    assert values == {key: (as_record(each).value, 1, EPOCH) for key, each in record.metrics.items()}


def test_specials_are_flags_beside_null(connection: Connection) -> None:
    metrics = {word: MetricRecord(None, word) for word in ("nan", "inf", "-inf")}
    record_runs(connection, [run_record(metrics=metrics)], replace=True)
    assert set(MetricValue.objects.values_list("key", "value", "special")) == {
        ("nan", None, "nan"),
        ("inf", None, "inf"),
        ("-inf", None, "-inf"),
    }
    assert states(connection, run_record(metrics=metrics)) == ["unchanged"]
    assert states(connection, run_record(metrics={**metrics, "nan": 0.5})) == ["updated"]


def test_what_is_unchanged_is_not_written(connection: Connection) -> None:
    record_runs(connection, [run_record("a"), run_record("b")], replace=True)
    before = list(Run.objects.order_by("id").values_list("id", "updated_at"))
    metrics = list(MetricValue.objects.order_by("id").values_list("id"))
    JudgeDue.objects.all().delete()
    record_runs(connection, [run_record("a"), run_record("b")], replace=True)
    assert list(Run.objects.order_by("id").values_list("id", "updated_at")) == before
    assert list(MetricValue.objects.order_by("id").values_list("id")) == metrics
    assert not JudgeDue.objects.exists()


def test_replace_removes_absent_metrics_and_merge_keeps_them(connection: Connection) -> None:
    record_runs(connection, [run_record(metrics={"a": 1, "b": 2})], replace=True)
    assert states(connection, run_record(metrics={"a": 1}), replace=False) == ["unchanged"]
    assert MetricValue.objects.count() == 2
    assert states(connection, run_record(metrics={"a": 1})) == ["updated"]
    assert list(MetricValue.objects.values_list("key", flat=True)) == ["a"]


def test_of_two_with_one_id_the_last_counts(connection: Connection) -> None:
    assert states(connection, run_record("a", name="old"), run_record("a", name="new")) == ["created"]
    assert Run.objects.get().name == "new"


def test_a_poison_record_is_rejected_alone(connection: Connection) -> None:
    records = [run_record(str(number)) for number in range(20)]
    records[7] = run_record("x" * 251)
    records[11] = run_record("11", tags={"a": "\x00"})
    records[13] = run_record("13", metrics={"accuracy": float("nan")})
    outcomes = record_runs(connection, records, replace=True)
    assert counts(outcomes) == {"created": 17, "rejected": 3}
    rejected = {each.external_id: each.errors[0].detail for each in outcomes if each.state == "rejected"}
    assert set(rejected) == {"x" * 251, "11", "13"}
    assert all(text.startswith("The run cannot be stored:") for text in rejected.values())
    assert Run.objects.count() == 17


def test_a_metric_with_an_endless_key_is_left_out_and_said(connection: Connection) -> None:
    (outcome,) = record_runs(connection, [run_record(metrics={"a": 1, "k" * 301: 1})], replace=True)
    assert (outcome.state, outcome.errors[0].code) == ("created", "too_long")
    assert MetricValue.objects.count() == 1


def test_two_sources_may_use_the_same_id(connection: Connection, initiative: Initiative) -> None:
    record_runs(connection, [run_record("a")], replace=True)
    record_runs(initiative, [run_record("a")], replace=True)
    assert Run.objects.count() == 2


def test_pushed_runs_count_for_their_initiative(initiative: Initiative) -> None:
    (run,) = make_runs(initiative)
    link = RunLink.objects.get()
    assert (link.run, link.initiative, link.ended_at) == (run, initiative, run.ended_at)
    later = datetime(2026, 3, 1, tzinfo=UTC)
    record_runs(initiative, [run_record(run.external_id, ended_at=later)], replace=False)
    assert RunLink.objects.get().ended_at == later


def test_runs_that_no_rule_wants_are_kept_without_a_link(connection: Connection) -> None:
    make_runs(connection, 3)
    assert (Run.objects.count(), RunLink.objects.count()) == (3, 0)


def test_linked_initiatives_become_due() -> None:
    owner = make_workspace()
    wanted, other = make_initiative(owner, "A"), make_initiative(owner, "B")
    connection = make_connection(owner, initiative=wanted)
    JudgeDue.objects.all().delete()
    make_runs(connection, 2)
    assert [each.initiative for each in JudgeDue.objects.all()] == [wanted]
    assert not RunLink.objects.filter(initiative=other).exists()


def test_deleted_runs_are_marked_once_and_come_back(connection: Connection) -> None:
    record_runs(connection, [run_record("a"), run_record("b")], replace=True)
    assert mark_deleted(connection, ["a", "unknown"]) == 1
    assert mark_deleted(connection, ["a"]) == 0
    assert set(Run.objects.filter(deleted_at__isnull=True).values_list("external_id", flat=True)) == {"b"}
    assert states(connection, run_record("a")) == ["updated"]
    assert not Run.objects.filter(deleted_at__isnull=False).exists()


def test_datasets_are_versions_that_runs_share(connection: Connection) -> None:
    train = DatasetRecord("train", "d1", "training", rows=10, schema_digest="s")
    test = DatasetRecord("test", "e" * 250, "testing")
    record_runs(
        connection,
        [run_record("a", datasets=[train, test]), run_record("b", datasets=[train, train])],
        replace=True,
    )
    assert DatasetVersion.objects.count() == 2
    version = DatasetVersion.objects.get(name="train")
    assert (version.rows, version.schema_digest, version.initiative) == (10, "s", None)
    assert RunDataset.objects.count() == 3
    assert states(connection, run_record("b", datasets=[train])) == ["unchanged"]
    assert states(connection, run_record("b", datasets=[train, test])) == ["updated"]


def test_another_workspaces_datasets_are_not_shared(connection: Connection) -> None:
    other = make_connection(make_workspace())
    record = run_record(datasets=[DatasetRecord("train", "d1")])
    record_runs(connection, [record], replace=True)
    record_runs(other, [record], replace=True)
    assert DatasetVersion.objects.count() == 2


def test_a_running_run_that_ends(connection: Connection) -> None:
    record_runs(connection, [run_record(status="running", ended_at=None)], replace=True)
    assert states(connection, run_record(ended_at=EPOCH + timedelta(hours=1))) == ["updated"]
    assert Run.objects.get().status == "finished"
