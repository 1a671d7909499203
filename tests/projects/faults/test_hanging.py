"""Ten servers that hang beside ten that answer, pulled by one worker as it is shipped: the good ones stay fresh."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from mltrack import roles
from mltrack.accounts.access import Principal
from projects.models import Connection, Run
from projects.services.connections import create_connection
from tests.factories import make_workspace
from tests.projects.faults.workers import started, until
from tests.projects.little_mlflow import LittleMLflow, mlflow_run
from tests.servers.hostile import HostileServer, silence

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes, pytest.mark.slow]

INTERVAL = 10
ALLOWED = INTERVAL * 1.1 + 10
WATCHED = 45.0


@pytest.fixture
def owner(transactional_db: None) -> Principal:
    return make_workspace()


@pytest.fixture
def hanging(owner: Principal) -> Iterator[list[HostileServer]]:
    with ExitStack() as stack:
        servers = [stack.enter_context(HostileServer(silence)) for _ in range(10)]
        for number, each in enumerate(servers):
            connect(owner, f"hanging {number}", each)
        yield servers


@pytest.fixture
def good(owner: Principal, hanging: list[HostileServer]) -> Iterator[list[Connection]]:
    with ExitStack() as stack:
        mlflow = LittleMLflow(runs=[mlflow_run(number) for number in range(3)])
        servers = [stack.enter_context(mlflow.serve()) for _ in range(10)]
        yield [connect(owner, f"good {number}", each) for number, each in enumerate(servers)]


def connect(owner: Principal, name: str, server: HostileServer) -> Connection:
    return create_connection(owner, kind="mlflow", name=name, base_url=server.url, interval_seconds=INTERVAL)


def oldest(connections: list[Connection], began: float) -> float:
    """Return the greatest number of seconds since a connection's last success, or since the beginning."""
    found = Connection.objects.filter(pk__in=[each.pk for each in connections]).values_list("last_ok", flat=True)
    return time.time() - min(each.timestamp() if each else began for each in found)


def test_the_good_ones_stay_fresh(
    good: list[Connection], hanging: list[HostileServer], redis_url: str, tmp_path: Path
) -> None:
    lines = {"pulls": roles.worker("pulls", 8), "worker": roles.worker("celery", 2), "beat": roles.beat()}
    with ExitStack() as stack:
        for name, line in lines.items():
            more = {"MLTRACK_SWEEP_SECONDS": "3", "MLTRACK_LEASE_SECONDS": "90", "MLTRACK_HOME": str(tmp_path)}
            stack.enter_context(started(line, tmp_path / f"{name}.log", redis_url, **more))
        until(lambda: any(each.seen for each in hanging), 90)
        began, worst = time.time(), 0.0
        while time.time() - began < WATCHED:
            worst = max(worst, oldest(good, began))
            time.sleep(0.2)
        assert worst <= ALLOWED
    assert Run.objects.count() == 30
    assert all(each.seen for each in hanging)
    failing = Connection.objects.filter(name__startswith="hanging")
    assert {each.last_error_code for each in failing} <= {"", "timeout"}
    assert min(each.failures for each in failing) >= 1
