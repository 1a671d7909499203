"""What kills every worker that touches it is put aside after five deaths that the database counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from redis import Redis

from mltrack.accounts.access import system_principal
from projects.models import Connection, SyncAttempt
from projects.services.backoff import MOST_ATTEMPTS
from projects.services.connections import ask_sync
from tests.projects.faults.test_celery_workers import done
from tests.projects.faults.workers import assert_equals, celery, scheduler, until
from tests.projects.little_mlflow import LittleMLflow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


def state(connection: Connection) -> Connection:
    connection.refresh_from_db()
    return connection


@pytest.mark.slow
def test_a_message_that_kills_its_worker(
    connection: Connection, mlflow: LittleMLflow, redis_url: str, tmp_path: Path
) -> None:
    deadly = {"MLTRACK_FAILPOINT": "pull.after_fetch", "MLTRACK_LEASE_SECONDS": "2"}
    with scheduler(tmp_path, redis_url), celery(tmp_path, redis_url, **deadly):
        until(lambda: state(connection).paused, 120)
    assert connection.last_error_code == "quarantined"
    deaths = SyncAttempt.objects.filter(error_code="worker_lost")
    assert deaths.count() == MOST_ATTEMPTS
    ask_sync(system_principal(connection.workspace), connection)
    with scheduler(tmp_path, redis_url, "two"), celery(tmp_path, redis_url, "two"):
        until(lambda: done(connection), 60)
    assert_equals(connection, mlflow)


def test_messages_that_are_no_wake_ups(
    connection: Connection, mlflow: LittleMLflow, redis_url: str, tmp_path: Path
) -> None:
    broker = Redis(unix_socket_path=redis_url.removeprefix("redis+socket://"))
    with scheduler(tmp_path, redis_url):
        until(lambda: broker.llen("celery") > 0, 60)
        sample = json.loads(broker.lindex("celery", 0))  # type: ignore[arg-type]
    for task, arguments in (
        ("projects.tasks.no_such_task", "W1tdLCB7fSwge31d"),
        ("projects.tasks.pull_connection", "W1siYSIsICJiIl0sIHt9LCB7fV0="),
        ("projects.tasks.pull_connection", "W1sidW5rbm93biJdLCB7fSwge31d"),
        ("projects.tasks.pull_connection", "bm8ganNvbg=="),
    ):
        poison = {**sample, "body": arguments, "headers": {**sample["headers"], "task": task}}
        broker.rpush("pulls", json.dumps(poison))
    with scheduler(tmp_path, redis_url, "two"), celery(tmp_path, redis_url) as worker:
        until(lambda: done(connection), 60)
        assert worker.poll() is None
    assert_equals(connection, mlflow)
