"""Redis restarted while a task runs: the worker lives, ends its task, and takes the next one.

Celery 5.7.0 dies here, which is why requirements.txt holds it below 5.7; when this passes with a newer one the
pin can go.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db.models.functions import Now

from mltrack.embedded.broker import Broker, find_program
from mltrack.embedded.places import prepare
from projects.models import Connection, Run, SyncAttempt
from tests.projects.faults.test_celery_workers import done
from tests.projects.faults.test_killed import gated
from tests.projects.faults.workers import assert_equals, celery, scheduler, until
from tests.projects.little_mlflow import LittleMLflow, mlflow_run
from tests.trees import open_folder

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture
def broker() -> Iterator[Broker]:
    """A Redis that the test may restart."""
    program = find_program()
    assert program is not None
    with open_folder() as folder:
        broker = Broker(prepare(folder / "home"), program)
        broker.start()
        yield broker
        broker.stop()


def test_in_mid_task(connection: Connection, mlflow: LittleMLflow, broker: Broker, tmp_path: Path) -> None:
    gate = gated(mlflow, 3)
    with scheduler(tmp_path, broker.url), celery(tmp_path, broker.url) as worker:
        assert gate.reached.wait(60)
        until(lambda: Run.objects.count() >= 5)
        broker.client().shutdown(nosave=True)
        assert broker.process is not None
        broker.process.wait(10)
        broker.spawn()
        until(broker.answers)
        gate.opened.set()
        until(lambda: done(connection), 60)
        mlflow.runs.append(mlflow_run(77))
        Connection.objects.update(next_due=Now())
        until(lambda: Run.objects.count() == len(mlflow.runs), 60)
        until(lambda: not SyncAttempt.objects.filter(state="running").exists())
        assert worker.poll() is None, "the worker died"
    assert_equals(connection, mlflow)
    assert set(SyncAttempt.objects.values_list("state", flat=True)) == {"done"}


def test_each_message_twice(connection: Connection, mlflow: LittleMLflow, broker: Broker, tmp_path: Path) -> None:
    client = broker.client()
    with scheduler(tmp_path, broker.url), scheduler(tmp_path, broker.url, "two"):
        until(lambda: client.llen("celery") >= 4, 60)
    for message in client.lrange("celery", 0, -1):
        client.lpush("celery", message)
    with scheduler(tmp_path, broker.url, "three"), celery(tmp_path, broker.url), celery(tmp_path, broker.url, "two"):
        until(lambda: done(connection), 60)
    assert_equals(connection, mlflow)
    assert [each.state for each in SyncAttempt.objects.all()] == ["done"]
