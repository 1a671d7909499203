"""Workers as processes of their own on the test's database, and the truth that they are compared with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import connection as database

from projects.models import Connection, MetricValue, Run
from tests.databases import url_of
from tests.projects.little_mlflow import LittleMLflow
from tests.servers.hostile import Answer, Handler

ROOT = Path(__file__).parents[3]
LEASE_SECONDS = 4


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a worker on this test's database; its leases are short."""
    own = {
        "DATABASE_URL": url_of(str(database.settings_dict["NAME"])),
        "DJANGO_SETTINGS_MODULE": "mltrack.settings",
        "MLTRACK_ALLOWED_NETWORKS": "127.0.0.0/8",
        "MLTRACK_LEASE_SECONDS": str(LEASE_SECONDS),
        "MLTRACK_SWEEP_SECONDS": "0.5",
    }
    return {**os.environ, **own, **more}


@contextmanager
def syncing(connection: Connection, **more: str) -> Iterator[subprocess.Popen[str]]:
    """Give a process that pulls the connection and ends; it is killed with the block."""
    command = [sys.executable, str(ROOT / "manage.py"), "sync_connections", "--wait"]
    process = subprocess.Popen(
        [*command, "--connection", connection.public_id],
        env=environment(**more),
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        process.communicate(timeout=20)


def sync(connection: Connection, **more: str) -> tuple[int, str]:
    """Pull in a process of its own and return its exit code and words."""
    with syncing(connection, **more) as process:
        output, _ = process.communicate(timeout=60)
        return process.returncode, output


@contextmanager
def celery(folder: Path, broker: str, name: str = "one", **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """Give a Celery worker with one child at work; its whole group is killed with the block."""
    options = ["-c", "1", "-Q", "celery,pulls", "-n", f"{name}@test", "--without-mingle", "--without-gossip"]
    with _celery(folder, broker, f"worker-{name}", ["worker", *options], **more) as process:
        yield process


@contextmanager
def scheduler(folder: Path, broker: str, name: str = "one") -> Iterator[subprocess.Popen[bytes]]:
    """Give a Celery beat; it is killed with the block."""
    with _celery(folder, broker, f"beat-{name}", ["beat", "-s", str(folder / f"schedule-{name}")]) as process:
        yield process


@contextmanager
def _celery(
    folder: Path, broker: str, name: str, arguments: list[str], **more: str
) -> Iterator[subprocess.Popen[bytes]]:
    line = ["-m", "celery", "-A", "mltrack", *arguments]
    with started(line, folder / f"{name}.log", broker, **more) as process:
        yield process


@contextmanager
def started(line: list[str], log_file: Path, broker: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """Give a Python process of the product; its whole group is killed with the block."""
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *line],
            env=environment(REDIS_URL=broker, **more),
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with all its children, as a machine that loses its power does."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(20)


def until(condition: Callable[[], Any], seconds: float = 30.0) -> None:
    """Return when the condition holds. Raises AssertionError when it never does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.1)


class Gate:
    """An answer that waits: `reached` tells that the server was asked, `opened` lets it answer what `then` says."""

    def __init__(self, then: Answer) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()
        self._then = then

    def __call__(self, handler: Handler) -> None:
        self.reached.set()
        self.opened.wait(60)
        self._then(handler)


def assert_equals(connection: Connection, mlflow: LittleMLflow) -> None:
    """Compare what is stored with the server's runs, exactly: no run lost, none twice, each metric as it is there."""
    there = {
        run["info"]["run_id"]: {each["key"]: each["value"] for each in run["data"]["metrics"]} for run in mlflow.runs
    }
    runs = Run.objects.filter(connection=connection, deleted_at__isnull=True)
    here: dict[str, dict[str, Any]] = {run.external_id: {} for run in runs}
    assert len(here) == runs.count()
    for value in MetricValue.objects.filter(run__in=runs).select_related("run"):
        here[value.run.external_id][value.key] = value.value
    assert here == there
