"""The pull against a real MLflow: everything that is there arrives, also across a death, and what changes later."""

from __future__ import annotations

import math
import sys
import time
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from projects.models import Connection, MetricValue, ModelVersion, Run, RunLink
from projects.services import pull
from projects.services.connections import create_connection
from projects.services.pages import record_page
from tests.factories import make_initiative, make_workspace
from tests.projects.faults.workers import sync
from tests.servers.mlflow import MLflowServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.mlflow, pytest.mark.processes]


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def connection(transactional_db: None, mlflow_server: MLflowServer) -> Connection:
    owner = make_workspace()
    return create_connection(
        owner,
        kind="mlflow",
        name="mlflow",
        base_url=mlflow_server.url,
        options={"page_size": 100, "deleted_seconds": 0},
        initiative=make_initiative(owner),
    )


def pull_again(connection: Connection) -> None:
    Connection.objects.filter(pk=connection.pk).update(next_due=Now())
    attempt = pull.run(connection.pk, record_page)
    assert attempt is not None
    assert attempt.state == "done", attempt.error_text


def experiments(server: MLflowServer) -> list[str]:
    found = server.post("experiments/search", {"max_results": 1000})["experiments"]
    return [each["experiment_id"] for each in found]


def of_server(value: Any) -> tuple[float | None, str]:
    number = math.nan if value == "NaN" else float(value)
    if math.isnan(number):
        return None, "nan"
    if abs(number) >= sys.float_info.max:
        return None, "inf" if number > 0 else "-inf"
    return number, ""


def there(server: MLflowServer) -> dict[str, Any]:
    """Return every active run's status, name, params, tags and metrics as the server tells them."""
    return {
        run["info"]["run_id"]: (
            run["info"]["status"].lower(),
            run["info"].get("run_name", ""),
            {each["key"]: each["value"] for each in run["data"].get("params", [])},
            {each["key"]: each["value"] for each in run["data"].get("tags", [])},
            {each["key"]: of_server(each["value"]) for each in run["data"].get("metrics", [])},
        )
        for run in server.every_run(experiments(server))
    }


def here(connection: Connection) -> dict[str, Any]:
    """Return the same of what is stored."""
    metrics: dict[int, dict[str, Any]] = {}
    for each in MetricValue.objects.filter(run__connection=connection):
        metrics.setdefault(each.run_id, {})[each.key] = (each.value, each.special)
    runs = Run.objects.filter(connection=connection, deleted_at__isnull=True)
    return {run.external_id: (run.status, run.name, run.params, run.tags, metrics.get(run.pk, {})) for run in runs}


def test_everything_arrives_across_a_death(connection: Connection, mlflow_server: MLflowServer) -> None:
    code, output = sync(connection, MLTRACK_FAILPOINT="pull.before_commit")
    assert code == 137, output
    code, output = sync(connection)
    assert code == 0, output
    assert here(connection) == there(mlflow_server)
    assert RunLink.objects.count() == Run.objects.count()
    listed = mlflow_server.every_run(experiments(mlflow_server), view="DELETED_ONLY")
    assert not Run.objects.filter(external_id__in=[each["info"]["run_id"] for each in listed], deleted_at=None)


def test_what_changes_later_arrives(connection: Connection, mlflow_server: MLflowServer) -> None:
    server, now = mlflow_server, int(time.time() * 1000)
    experiment = server.post("experiments/create", {"name": f"later {now}"})["experiment_id"]
    late, running, doomed = (
        server.create_run(experiment, name, start_time=now) for name in ("late", "running", "doomed")
    )
    for each in (late, doomed):
        server.post("runs/update", {"run_id": each, "status": "FINISHED", "end_time": now + 1})
    model = f"model {now}"
    server.post("registered-models/create", {"name": model})
    for each in (late, running):
        server.post("model-versions/create", {"name": model, "source": "s3://bucket/model", "run_id": each})
    server.post("registered-models/alias", {"name": model, "alias": "champion", "version": "1"})
    pull_again(connection)
    assert here(connection)[running][0] == "running"

    server.post("runs/log-metric", {"run_id": late, "key": "accuracy", "value": 0.97, "timestamp": now, "step": 1})
    server.post("runs/update", {"run_id": running, "status": "FINISHED", "end_time": now + 2})
    server.post("runs/delete", {"run_id": doomed})
    server.post("registered-models/alias", {"name": model, "alias": "champion", "version": "2"})
    pull_again(connection)
    assert here(connection) == there(server)
    assert here(connection)[late][4] == {"accuracy": (0.97, "")}
    assert Run.objects.get(external_id=doomed).deleted_at is not None
    aliases = dict(ModelVersion.objects.filter(name=model).values_list("version", "aliases"))
    assert aliases == {"1": [], "2": ["champion"]}
