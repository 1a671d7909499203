"""Jobs of facts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from mltrack.celery import app
from projects.models import Connection, Run
from projects.services.connections import create_connection
from projects.services.stopping import is_stopping, resume
from projects.tasks import pull_connection, stop_pulls, sweep_connections
from tests.factories import make_workspace
from tests.projects.little_mlflow import LittleMLflow, mlflow_run
from tests.servers.hostile import HostileServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with LittleMLflow(runs=[mlflow_run(1)]).serve() as server:
        yield server


@pytest.fixture
def connection(server: HostileServer, settings: Settings) -> Connection:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    return create_connection(make_workspace(), kind="mlflow", name="m", base_url=server.url)


def test_a_pull(connection: Connection) -> None:
    pull_connection(connection.pk)
    assert Run.objects.count() == 1
    pull_connection(connection.pk)


def test_a_sweep_wakes_workers_by_messages_that_expire(connection: Connection) -> None:
    with app.connection_for_write() as broker:
        queue = broker.SimpleQueue("pulls")
        queue.clear()
        sweep_connections()
        sweep_connections()
        messages = [queue.get(timeout=5) for _ in range(2)]
        queue.close()
    assert [each.payload[0] for each in messages] == [[connection.pk]] * 2
    assert all(each.headers["expires"] for each in messages)
    assert Run.objects.count() == 0


def test_a_paused_connection_is_left_alone(connection: Connection) -> None:
    Connection.objects.update(paused=True)
    pull_connection(connection.pk)
    assert Run.objects.count() == 0


def test_shutting_down_stops_pulls() -> None:
    try:
        stop_pulls()
        assert is_stopping()
    finally:
        resume()
    assert not is_stopping()
