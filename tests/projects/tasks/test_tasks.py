"""Jobs of facts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from mltrack.celery import app
from mltrack.wakes import MOST_WAITING, waiting
from projects.models import Connection, Run
from projects.services.connections import create_connection
from projects.services.stopping import is_stopping, resume
from projects.tasks import begin_afresh, pull_connection, stop_pulls, sweep_connections
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


def test_a_sweep_wakes_workers(connection: Connection) -> None:
    with app.connection_for_write() as broker:
        queue = broker.SimpleQueue("pulls")
        queue.clear()
        sweep_connections()
        sweep_connections()
        messages = [queue.get(timeout=5) for _ in range(2)]
        queue.close()
    assert [each.payload[0] for each in messages] == [[connection.pk]] * 2
    assert not any(each.headers["expires"] for each in messages), "a worker's clock is nobody's business"
    assert Run.objects.count() == 0


def fill(count: int) -> None:
    """Put so many messages into the queue."""
    with app.connection_for_write() as broker:
        queue = broker.SimpleQueue("pulls")
        queue.clear()
        for number in range(count):
            queue.put({"number": number})
        queue.close()


def test_a_full_queue_is_not_filled_further(connection: Connection) -> None:
    try:
        fill(MOST_WAITING)
        sweep_connections()
        assert waiting(app, "pulls") == MOST_WAITING
    finally:
        fill(0)
    sweep_connections()
    assert waiting(app, "pulls") == 1


@pytest.mark.parametrize("extra, left", [(0, MOST_WAITING), (1, 0)])
def test_a_worker_that_starts_drops_what_piled_up(extra: int, left: int) -> None:
    try:
        fill(MOST_WAITING + extra)
        begin_afresh()
        assert waiting(app, "pulls") == left
    finally:
        fill(0)


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
