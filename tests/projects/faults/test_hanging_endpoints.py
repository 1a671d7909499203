"""Endpoints that hang beside some that answer, asked by the workers as they are shipped: they stop nobody else.

A minute of a probe is ten seconds here: an endpoint that answers is asked again after it, one that hangs after three.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Min, Q
from django.utils import timezone

from mltrack import roles
from mltrack.accounts.access import Principal
from projects.models import Connection, EndpointProbe, ProbeResult
from projects.services.connections import create_connection
from projects.services.deployments import record_deployment
from projects.services.probes import set_probe
from tests.factories import make_initiative, make_workspace
from tests.projects.faults.workers import started, until
from tests.projects.little_mlflow import LittleMLflow, mlflow_run
from tests.servers.hostile import HostileServer, raw, silence

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes, pytest.mark.slow]
MINUTE = 10
ALLOWED = MINUTE * 1.1 + 15
"""A minute with its spread, a question that hangs and stands before it (10 s), a sweep."""
WATCHED = 45.0
HANGING, GOOD = 12, 4
GOOD_ONES = Q(probe__initiative__key="GOOD")


@pytest.fixture
def owner(transactional_db: None) -> Principal:
    return make_workspace()


@pytest.fixture
def pulled(owner: Principal) -> Iterator[Connection]:
    with LittleMLflow(runs=[mlflow_run(1)]).serve() as server:
        yield create_connection(owner, kind="mlflow", name="good", base_url=server.url, interval_seconds=MINUTE)


@pytest.fixture
def endpoints(owner: Principal) -> Iterator[None]:
    with HostileServer(silence) as hangs, HostileServer(raw(200, b"ready")) as answers:
        for server, key, count in ((hangs, "HANGS", HANGING), (answers, "GOOD", GOOD)):
            initiative = make_initiative(owner, key)
            for number in range(count):
                here: dict[str, Any] = {
                    "environment": f"e{number}",
                    "version": "1",
                    "endpoint": f"{server.url}/{number}",
                }
                set_probe(owner, record_deployment(owner, initiative, **here)[0])
        yield


def good() -> float:
    """Make due who was asked long enough ago; return for how long the one waits that answers and waits longest."""
    now = timezone.now()
    for key, minutes in (("GOOD", 1), ("HANGS", 3)):
        asked = EndpointProbe.objects.filter(initiative__key=key, last_at__lt=now - timedelta(seconds=minutes * MINUTE))
        asked.update(due_at=now)
    oldest = EndpointProbe.objects.filter(initiative__key="GOOD").aggregate(at=Min("last_at"))["at"]
    return float((timezone.now() - oldest).total_seconds())


def answered() -> int:
    """Return how often one of those that answer did."""
    return ProbeResult.objects.filter(GOOD_ONES).count()


def test_they_stop_no_other_endpoint_and_no_pull(
    pulled: Connection, endpoints: None, redis_url: str, tmp_path: Path
) -> None:
    lines = {"pulls": roles.worker("pulls", 8), "worker": roles.worker("celery", 2), "beat": roles.beat()}
    with ExitStack() as stack:
        for name, line in lines.items():
            more = {"MLTRACK_SWEEP_SECONDS": "3", "MLTRACK_LEASE_SECONDS": "90", "MLTRACK_HOME": str(tmp_path)}
            stack.enter_context(started(line, tmp_path / f"{name}.log", redis_url, **more))
        until(lambda: EndpointProbe.objects.filter(state="down").count() == HANGING, 150)
        until(lambda: EndpointProbe.objects.filter(state="up").count() == GOOD, 60)
        until(lambda: good() < MINUTE, 60)
        before, began, worst, stale = answered(), time.monotonic(), 0.0, 0.0
        while time.monotonic() - began < WATCHED:
            worst = max(worst, good())
            pulled.refresh_from_db()
            assert pulled.last_ok is not None
            stale = max(stale, (timezone.now() - pulled.last_ok).total_seconds())
            time.sleep(0.5)
    assert worst <= ALLOWED and stale <= ALLOWED + MINUTE, (worst, stale)
    assert answered() - before >= GOOD * 2 and not ProbeResult.objects.filter(GOOD_ONES, ok=False).exists()
    assert not ProbeResult.objects.exclude(GOOD_ONES).filter(ok=True).exists()
