"""Servers that hang: they are hurried while in good standing, and keep to few places once they failed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from mltrack.accounts.access import Principal
from projects.models import Connection, Run, SyncAttempt
from projects.services import leases, pull
from projects.services.backoff import SLOW_AT_ONCE
from projects.services.connections import ask_sync, create_connection
from projects.services.pages import record_page
from projects.services.sweep import due_connections
from tests.factories import make_connection, make_workspace
from tests.projects.little_mlflow import LittleMLflow, mlflow_run
from tests.servers.hostile import Answer, Handler, HostileServer, silence

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def little_patience(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    monkeypatch.setattr(pull, "HURRY", 0.4)


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


@pytest.fixture
def mlflow() -> LittleMLflow:
    return LittleMLflow(runs=[mlflow_run(number) for number in range(5)])


@pytest.fixture
def server(mlflow: LittleMLflow) -> Iterator[HostileServer]:
    with mlflow.serve() as server:
        yield server


def connect(owner: Principal, server: HostileServer, seconds: int = 30) -> Connection:
    options = {"timeout_seconds": seconds}
    return create_connection(owner, kind="mlflow", name="mlflow", base_url=server.url, options=options)


def slow(handler: Handler) -> None:
    """Wait for longer than the hurry, then answer that nothing is there, which is broken off by then."""
    handler.server.owner.released.wait(1)
    handler.close_connection = True


def late(mlflow: LittleMLflow) -> Answer:
    """Answer as always, after longer than the hurry."""

    def answer(handler: Handler) -> None:
        handler.server.owner.released.wait(0.6)
        mlflow.answer(handler)

    return answer


def test_a_slow_answer_is_asked_for_again_with_patience(
    owner: Principal, server: HostileServer, mlflow: LittleMLflow
) -> None:
    connection = connect(owner, server)
    mlflow.before = [slow]
    assert pull.run(connection.pk, record_page) is not None
    assert not SyncAttempt.objects.exists()
    connection.refresh_from_db()
    assert (connection.failures, connection.lease_until, connection.last_ok) == (1, None, None)
    assert (connection.last_error_text, connection.attempts) == ("", 0)
    assert due_connections() == [connection.pk]
    mlflow.before = [late(mlflow)]
    pull.run(connection.pk, record_page)
    connection.refresh_from_db()
    assert (connection.failures, Run.objects.count()) == (0, 5)
    assert connection.last_ok is not None


def test_what_was_asked_for_stays_asked_for(owner: Principal, server: HostileServer, mlflow: LittleMLflow) -> None:
    connection = connect(owner, server)
    ask_sync(owner, connection)
    mlflow.before = [slow]
    pull.run(connection.pk, record_page)
    assert SyncAttempt.objects.get().state == "queued"
    pull.run(connection.pk, record_page)
    attempt = SyncAttempt.objects.get()
    assert (attempt.state, attempt.rows, attempt.error_text) == ("done", 5, "")


def test_patience_that_its_owner_limits_is_not_doubled(
    owner: Principal, hostile_server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "HURRY", 5.0)
    hostile_server.script = [silence]
    connection = connect(owner, hostile_server, seconds=1)
    attempt = pull.run(connection.pk, record_page)
    assert attempt is not None
    assert (attempt.state, attempt.error_code) == ("failed", "timeout")


def failing(owner: Principal, count: int) -> list[Connection]:
    """Return connections that failed last and are due, the first for the longest."""
    made = [make_connection(owner) for _ in range(count)]
    for place, each in enumerate(made):
        due = Now() - timedelta(minutes=count - place)
        Connection.objects.filter(pk=each.pk).update(paused=False, failures=2, next_due=due)
    return made


def test_those_that_failed_leave_room(owner: Principal) -> None:
    slow_ones = failing(owner, SLOW_AT_ONCE + 2)
    good = make_connection(owner)
    Connection.objects.filter(pk=good.pk).update(paused=False, next_due=Now())
    assert due_connections() == [good.pk, *[each.pk for each in slow_ones[:SLOW_AT_ONCE]]]
    taken = [leases.take(each.pk) for each in slow_ones]
    assert [each is not None for each in taken] == [True] * SLOW_AT_ONCE + [False] * 2
    assert leases.take(good.pk) is not None
    first = taken[0]
    assert first is not None
    leases.fail(first, code="timeout", text="It hung.", wait=60, pause=False)
    assert leases.take(slow_ones[-1].pk) is not None
    assert leases.take(slow_ones[-2].pk) is None


def test_a_lease_that_ran_out_holds_no_place(owner: Principal) -> None:
    slow_ones = failing(owner, SLOW_AT_ONCE + 1)
    for each in slow_ones[:-1]:
        assert leases.take(each.pk) is not None
    assert leases.take(slow_ones[-1].pk) is None
    Connection.objects.exclude(lease_until=None).update(lease_until=Now() - timedelta(seconds=1))
    assert leases.take(slow_ones[-1].pk) is not None
