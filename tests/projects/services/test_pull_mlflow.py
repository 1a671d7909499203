"""Whole pulls of a real MLflow into our tables: all of it, nothing twice, and whatever changes in between."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django import Settings

from benchmarks.equality import differences
from benchmarks.pull import counted_requests
from benchmarks.written import since, written
from mltrack.accounts.access import Principal
from projects.models import Connection, DatasetVersion, MetricValue, ModelVersion, Run, RunLink, SyncAttempt
from projects.services.connections import create_connection
from projects.services.pages import record_page
from projects.services.pull import run
from tests.factories import make_initiative, make_workspace
from tests.servers.fixtures import FILLED_RUNS
from tests.servers.mlflow import MLflowServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.mlflow]
LONG_AGO = 1_600_000_000_000


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def experiment(mlflow_server: MLflowServer) -> str:
    answer = mlflow_server.post("experiments/create", {"name": f"experiment {uuid.uuid4()}"})
    return str(answer["experiment_id"])


def connect(owner: Principal, server: MLflowServer, *experiment_ids: str) -> Connection:
    return create_connection(
        owner,
        kind="mlflow",
        name="MLflow",
        base_url=server.url,
        options={"experiment_ids": list(experiment_ids), "page_size": 100},
        initiative=make_initiative(owner),
    )


def sync(connection: Connection) -> SyncAttempt:
    Connection.objects.filter(pk=connection.pk).update(next_due=Now())
    attempt = run(connection.pk, record_page)
    assert attempt is not None and attempt.state == "done", attempt and attempt.error_text
    return attempt


def make_run(server: MLflowServer, experiment: str, name: str, *, ended: int | None = None) -> str:
    """Return a new run with an accuracy; it runs until `ended`, epoch milliseconds."""
    made = server.create_run(experiment, name, start_time=LONG_AGO)
    log(server, made, "eval/accuracy", 0.8)
    if ended:
        server.post("runs/update", {"run_id": made, "status": "FINISHED", "end_time": ended})
    return made


def log(server: MLflowServer, run_id: str, key: str, value: object, step: int = 0) -> None:
    body = {"run_id": run_id, "key": key, "value": value, "timestamp": LONG_AGO, "step": step}
    server.post("runs/log-metric", body)


def test_every_active_run_is_here_and_equal(owner: Principal, mlflow_server: MLflowServer) -> None:
    connection = connect(owner, mlflow_server, "1", "2")
    attempt = sync(connection)
    truth = mlflow_server.every_run(["1", "2"])
    assert len(truth) > FILLED_RUNS * 0.9
    assert differences(connection, truth) == []
    assert attempt.rejected == 0
    assert RunLink.objects.count() == len(truth)
    assert set(MetricValue.objects.values_list("special", flat=True)) == {"", "nan", "inf", "-inf"}
    assert set(Run.objects.values_list("status", flat=True)) == {"running", "finished", "failed", "killed"}
    assert DatasetVersion.objects.filter(rows__gte=1000).count() == 3


def test_an_idle_pull_asks_little_and_writes_nothing(owner: Principal, mlflow_server: MLflowServer) -> None:
    connection = connect(owner, mlflow_server, "1", "2")
    sync(connection)
    Connection.objects.update(next_due=Now())
    before = written()
    with counted_requests() as urls:
        attempt = run(connection.pk, record_page)
    assert attempt is not None and (attempt.state, attempt.rows) == ("done", 0)
    assert sum(url.endswith("runs/search") for url in urls) <= 2
    assert sum("model" in url for url in urls) <= 2
    assert set(since(before)) == {"projects_connection"}


def test_what_happens_in_between_arrives(owner: Principal, mlflow_server: MLflowServer, experiment: str) -> None:
    server, just_now = mlflow_server, int(time.time() * 1000)
    ended = make_run(server, experiment, "ended", ended=just_now)
    running = make_run(server, experiment, "running")
    connection = connect(owner, server, experiment)
    assert sync(connection).rows >= 2
    log(server, ended, "late metric", "NaN", step=7)
    log(server, running, "eval/accuracy", 0.95, step=1)
    server.post("runs/update", {"run_id": running, "status": "FINISHED", "end_time": just_now})
    fresh = make_run(server, experiment, "fresh")
    assert sync(connection).rows == 3
    assert differences(connection, server.every_run([experiment])) == []
    late = MetricValue.objects.get(run__external_id=ended, key="late metric")
    assert (late.value, late.special, late.step) == (None, "nan", 7)
    status = dict(Run.objects.values_list("external_id", "status"))
    assert status == {ended: "finished", running: "finished", fresh: "running"}


def test_a_moved_alias_arrives(owner: Principal, mlflow_server: MLflowServer, experiment: str) -> None:
    server, name = mlflow_server, f"model {uuid.uuid4()}"
    server.post("registered-models/create", {"name": name})
    made = make_run(server, experiment, "registered", ended=int(time.time() * 1000))
    for _ in range(2):
        server.post("model-versions/create", {"name": name, "source": "s3://bucket/model", "run_id": made})
    connection = connect(owner, server, experiment)
    for version, other in (("1", "2"), ("2", "1")):
        server.post("registered-models/alias", {"name": name, "alias": "champion", "version": version})
        sync(connection)
        aliases = dict(ModelVersion.objects.filter(name=name).values_list("version", "aliases"))
        assert aliases == {version: ["champion"], other: []}


def test_a_deleted_run_is_marked_within_the_hour(
    owner: Principal, mlflow_server: MLflowServer, experiment: str
) -> None:
    server = mlflow_server
    doomed, kept = (make_run(server, experiment, name, ended=LONG_AGO + 1) for name in ("doomed", "kept"))
    connection = connect(owner, server, experiment)
    sync(connection)
    server.post("runs/delete", {"run_id": doomed})
    sync(connection)
    assert not Run.objects.exclude(deleted_at=None).exists()
    an_hour_ago(connection)
    assert sync(connection).rows == 1
    marked = Run.objects.exclude(deleted_at=None).get()
    assert marked.external_id == doomed
    assert differences(connection, server.every_run([experiment])) == []
    assert Run.objects.get(external_id=kept).deleted_at is None
    an_hour_ago(connection)
    assert sync(connection).rows == 0


def an_hour_ago(connection: Connection) -> None:
    """Let the connection believe that it last asked for deleted runs more than an hour ago."""
    connection.refresh_from_db()
    past = timezone.now() - timedelta(minutes=61)
    cursor = {**connection.cursor, "deleted_at": int(past.timestamp() * 1000)}
    Connection.objects.filter(pk=connection.pk).update(cursor=cursor)
