"""Real Celery workers: killed whole, killed in their child, and two of them with a scheduler each."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from projects.models import Connection, Run, SyncAttempt
from tests.projects.faults.test_killed import gated
from tests.projects.faults.workers import assert_equals, celery, kill_group, scheduler, until
from tests.projects.little_mlflow import LittleMLflow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


def done(connection: Connection) -> bool:
    connection.refresh_from_db()
    return connection.last_ok is not None


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(each) for each in listed.stdout.split()]


def test_a_worker_killed_whole_is_followed(
    connection: Connection, mlflow: LittleMLflow, redis_url: str, tmp_path: Path
) -> None:
    gate = gated(mlflow, 3)
    with scheduler(tmp_path, redis_url), celery(tmp_path, redis_url) as first:
        assert gate.reached.wait(60)
        until(lambda: Run.objects.count() >= 5)
        kill_group(first)
    gate.opened.set()
    with scheduler(tmp_path, redis_url, "two"), celery(tmp_path, redis_url, "two"):
        until(lambda: done(connection), 60)
    assert_equals(connection, mlflow)
    assert SyncAttempt.objects.filter(error_code="worker_lost").count() == 1


def test_a_killed_child_is_followed_by_the_same_worker(
    connection: Connection, mlflow: LittleMLflow, redis_url: str, tmp_path: Path
) -> None:
    gate = gated(mlflow, 3)
    with scheduler(tmp_path, redis_url), celery(tmp_path, redis_url) as worker:
        assert gate.reached.wait(60)
        until(lambda: Run.objects.count() >= 5)
        for child in children(worker.pid):
            os.kill(child, signal.SIGKILL)
        gate.opened.set()
        until(lambda: done(connection), 60)
    assert_equals(connection, mlflow)


def test_sigterm_to_a_worker_ends_its_pull_at_the_page(
    connection: Connection, mlflow: LittleMLflow, redis_url: str, tmp_path: Path
) -> None:
    gate = gated(mlflow, 3)
    with scheduler(tmp_path, redis_url), celery(tmp_path, redis_url) as worker:
        assert gate.reached.wait(60)
        until(lambda: Run.objects.count() >= 5)
        os.kill(worker.pid, signal.SIGTERM)
        worker.wait(10)
        gate.opened.set()
    connection.refresh_from_db()
    assert connection.lease_until is None
    assert SyncAttempt.objects.get().error_code == "stopped"


def test_two_workers_with_two_schedulers(
    connection: Connection, mlflow: LittleMLflow, redis_url: str, tmp_path: Path
) -> None:
    with (
        scheduler(tmp_path, redis_url),
        scheduler(tmp_path, redis_url, "two"),
        celery(tmp_path, redis_url),
        celery(tmp_path, redis_url, "two"),
    ):
        until(lambda: done(connection), 60)
    assert_equals(connection, mlflow)
    assert [each.state for each in SyncAttempt.objects.all()] == ["done"]
