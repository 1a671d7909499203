"""Huge histories: a page asks for at most 2,000 points, whatever there is."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from kpis.models import KPI
from kpis.services.kpis import create_kpi
from kpis.services.readings import record_readings
from mltrack.accounts.access import Principal
from projects.models import Connection
from projects.services.runs import record_runs
from tests.factories import make_connection, make_initiative, make_workspace, run_record
from tests.servers.hostile import HostileServer, as_json, by_path
from tests.trust.attacks.people import signed_in

pytestmark = pytest.mark.django_db
MOST = 2_000


@pytest.fixture
def owner() -> Principal:
    return make_workspace()


def points(found: Any) -> list[int]:
    """Return the length of every list in a figure."""
    if isinstance(found, dict):
        return [length for inner in found.values() for length in points(inner)]
    if isinstance(found, list):
        return [len(found), *(length for inner in found for length in points(inner))]
    return []


def figure(client: Client, path: str) -> Any:
    began = time.monotonic()
    answer = client.get(path)
    assert answer.status_code == 200 and time.monotonic() - began < 30
    assert len(answer.getvalue()) < 1_000_000
    return json.loads(answer.getvalue())


def test_a_kpi_with_a_long_past_draws_few_points(owner: Principal) -> None:
    kpi: KPI = create_kpi(owner, key="rate", name="Rate", period="day")
    now = timezone.now()
    for part in range(3):
        times = [now - timedelta(hours=part * 8_000 + hour) for hour in range(8_000)]
        record_readings(kpi, [{"time": each, "value": 1.0} for each in times], owner)
    client = signed_in(owner)
    assert max(points(figure(client, f"/w/{owner.workspace.key}/kpis/rate/figure.json"))) <= MOST
    for path in ("", "readings/"):
        page = client.get(f"/w/{owner.workspace.key}/kpis/rate/{path}")
        assert page.status_code == 200 and len(page.content) < 1_000_000


@pytest.mark.parametrize("length", [24_000, 200_000])
def test_a_metric_of_a_hostile_server_draws_few_points(owner: Principal, settings: Settings, length: int) -> None:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    initiative = make_initiative(owner)
    connection = make_connection(owner, initiative=initiative)
    record_runs(connection, [run_record("a")], replace=True)
    run = connection.runs.get()
    listed = [{"run_id": "a", "key": "accuracy", "value": step / length, "step": step} for step in range(length)]
    answers = {"get-history-bulk": as_json({"metrics": listed}), "get-history": as_json({"metrics": listed})}
    with HostileServer(by_path(answers)) as server:
        Connection.objects.update(base_url=server.url)
        path = f"/w/{owner.workspace.key}/initiatives/CHURN/runs/{run.public_id}/history.json?metric=accuracy"
        assert max(points(figure(signed_in(owner), path))) <= MOST
        assert len(server.seen) < 200
