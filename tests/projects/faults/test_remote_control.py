"""Orders to workers by way of the broker: a ping is answered, and a forged one that would do harm is not followed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

import pytest
from celery import Celery

from projects.models import Connection
from projects.tasks import pull_connection
from tests.projects.faults.workers import assert_equals, celery, until
from tests.projects.little_mlflow import LittleMLflow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

ORDERS: Final[dict[str, dict[str, Any]]] = {
    "cancel_consumer": {"queue": "pulls"},
    "rate_limit": {"task_name": pull_connection.name, "rate_limit": "1/h"},
    "pool_shrink": {"n": 1},
    "shutdown": {},
}


@pytest.fixture
def forger(redis_url: str) -> Celery:
    """Somebody else who reaches the broker."""
    return Celery("forger", broker=redis_url, set_as_current=False, fixups=[])


def test_forged_orders_are_not_followed(
    connection: Connection, mlflow: LittleMLflow, redis_url: str, tmp_path: Path, forger: Celery
) -> None:
    with celery(tmp_path, redis_url) as worker:
        wake_and_wait(forger, connection)
        assert forger.control.ping(timeout=5.0, limit=1)
        for order, words in ORDERS.items():
            forger.control.broadcast(order, words)
        time.sleep(2)
        assert worker.poll() is None
        Connection.objects.update(last_ok=None, next_due=None)
        wake_and_wait(forger, connection)
    assert_equals(connection, mlflow)


def wake_and_wait(forger: Celery, connection: Connection) -> None:
    """Send one message, as the sweep does, and wait until the connection was pulled."""
    forger.send_task(pull_connection.name, [connection.pk], queue="pulls")
    until(lambda: done(connection), 60)


def done(connection: Connection) -> bool:
    connection.refresh_from_db()
    return connection.last_ok is not None
