"""The audit trail of pulls: one event for each that brought something, with counts and a digest of what came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.connectors.records import Page
from projects.models import Connection, Run
from projects.services import pull
from projects.services.connections import create_connection, edit_connection
from projects.services.pages import Stored, record_page
from projects.services.stopping import request_stop, resume
from tests.factories import make_initiative, make_workspace
from tests.projects.little_mlflow import LittleMLflow, mlflow_run
from tests.projects.services.test_pull import interrupted_by
from tests.servers.hostile import HostileServer, raw

pytestmark = pytest.mark.django_db(transaction=True)
RUNS = 25


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> Iterator[None]:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    yield
    resume()


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def mlflow() -> LittleMLflow:
    return LittleMLflow(runs=[mlflow_run(number) for number in range(RUNS)])


@pytest.fixture
def server(mlflow: LittleMLflow) -> Iterator[HostileServer]:
    with mlflow.serve() as server:
        yield server


@pytest.fixture
def connection(owner: Principal, server: HostileServer) -> Connection:
    return connect(owner, server, "mlflow")


def connect(owner: Principal, server: HostileServer, name: str) -> Connection:
    initiative = make_initiative(owner, name.upper())
    return create_connection(
        owner, kind="mlflow", name=name, base_url=server.url, options={"page_size": 10}, initiative=initiative
    )


def sync(connection: Connection) -> None:
    """Pull a connection now."""
    Connection.objects.filter(pk=connection.pk).update(next_due=Now())
    assert pull.run(connection.pk, record_page)


def told(connection: Connection) -> list[dict[str, Any]]:
    """Return what the trail says of the pulls of a connection, the oldest first."""
    events = AuditEvent.objects.filter(action="pull", object_kind="connection", object_key=connection.public_id)
    assert {(event.workspace_id, event.actor_id, event.actor_name) for event in events} <= {
        (connection.workspace_id, None, "MLTrack")
    }
    return [event.after for event in events.order_by("id")]


def test_a_pull_that_brought_something_is_one_event(connection: Connection) -> None:
    sync(connection)
    (event,) = told(connection)
    assert (event["rows"], event["rejected"], len(event["sha256"])) == (RUNS, 0, 64)
    assert event["pages"] == connection.sync_attempts.get().pages


def test_one_that_brought_nothing_is_none(connection: Connection) -> None:
    sync(connection)
    sync(connection)
    assert len(told(connection)) == 1


def test_the_digest_is_of_what_came(owner: Principal, server: HostileServer, mlflow: LittleMLflow) -> None:
    one, same, other = (connect(owner, server, name) for name in ("one", "same", "other"))
    sync(one)
    sync(same)
    mlflow.runs[7] = mlflow_run(7, accuracy=0.75)
    sync(other)
    digests = [told(each)[0]["sha256"] for each in (one, same, other)]
    assert digests[0] == digests[1] != digests[2]


def test_what_came_before_a_failure_is_an_event_too(connection: Connection, mlflow: LittleMLflow) -> None:
    mlflow.fail_search = dict.fromkeys(range(2, 6), raw(500))
    sync(connection)
    (first,) = told(connection)
    assert 0 < first["rows"] == Run.objects.count() < RUNS
    mlflow.fail_search = {}
    sync(connection)
    assert [each["rows"] for each in told(connection)] == [first["rows"], RUNS - first["rows"]]


def test_and_what_came_before_a_stop(connection: Connection, mlflow: LittleMLflow) -> None:
    def write(connection: Connection, page: Page) -> Stored:
        request_stop()
        return record_page(connection, page)

    assert pull.run(connection.pk, write)
    (event,) = told(connection)
    assert 0 < event["rows"] == Run.objects.count() < RUNS


def test_and_what_came_before_the_connection_was_changed(owner: Principal, connection: Connection) -> None:
    attempt = pull.run(connection.pk, interrupted_by(lambda: edit_connection(owner, connection, {"secret": "another"})))
    assert attempt is not None
    assert attempt.error_code == "fenced"
    assert [each["rows"] for each in told(connection)] == [Run.objects.count()] == [10]
