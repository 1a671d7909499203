"""Sources by REST: a question tried, kept, changed, asked again, and what readings were before."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from kpis.models import KpiSource
from kpis.services.readings import record_readings
from tests.api.people import Team
from tests.kpis.source_world import connect, make_kpi
from tests.servers.hostile import HostileServer, raw

pytestmark = pytest.mark.django_db
HERE = "kpis/churn-rate/sources/"
CSV = b"day,rate\n2026-03-28,8.4\n2026-03-29,x\n"
OPTIONS = {"time_column": "day", "value_column": "rate"}


@pytest.fixture
def asked(team: Team, settings: Settings, hostile_server: HostileServer) -> dict[str, Any]:
    """Return a question to a server of files."""
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    make_kpi(team.principal)
    files = connect(team.principal, "csv_link", hostile_server.url)
    hostile_server.script[:] = [raw(200, CSV)] * 9
    return {"kind": "csv_link", "connection": files.public_id, "statement": "a.csv", "options": OPTIONS}


def test_a_question_is_tried_and_kept(team: Team, asked: dict[str, Any]) -> None:
    seen = team.manager.call("post", f"{HERE}preview/", asked).json()
    assert seen["count"] == 1 and seen["rejected"][0]["place"] == "line 3" and not KpiSource.objects.exists()
    made = team.manager.call("post", HERE, {**asked, "name": "Rates"})
    assert made.status_code == 201, made.content
    body = made.json()
    assert body["condition"] == "new" and body["connection"] == asked["connection"] and body["read_until"] is None
    path = f"{HERE}{body['id']}/"
    assert team.manager.call("post", f"{path}sync/").status_code == 202
    assert team.manager.call("post", f"{path}back-fill/").status_code == 202
    edited = team.manager.call("patch", path, {"paused": True, "name": "Rate"}).json()
    assert (edited["name"], edited["condition"]) == ("Rate", "paused")
    assert team.viewer.call("get", HERE).json()["data"][0]["id"] == body["id"]
    assert team.manager.call("delete", path).status_code == 204 and not KpiSource.objects.exists()


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "sql"}, "/connection"),
        ({"connection": "con_nothing"}, "/connection"),
        ({"statement": "../a.csv"}, "/statement"),
        ({"options": {"odd": "x"}}, "/options"),
        ({"kind": "upload"}, "/connection"),
    ],
)
def test_what_is_wrong_is_named(team: Team, asked: dict[str, Any], change: dict[str, Any], pointer: str) -> None:
    for path, more in ((HERE, {"name": "Rates"}), (f"{HERE}preview/", {})):
        answer = team.manager.call("post", path, {**asked, **more, **change})
        assert answer.status_code == 400
        assert pointer in [each["pointer"] for each in answer.json()["errors"]], answer.content


def test_corrections_are_listed(team: Team, asked: dict[str, Any]) -> None:
    kpi = make_kpi(team.principal, name="Other")
    for value in (1.0, 2.0, 3.0):
        record_readings(kpi, [{"time": "2026-01-01", "value": value}], team.principal)
    found = team.viewer.call("get", f"kpis/{kpi.key}/corrections/").json()["data"]
    assert [(each["value"], each["replaced_by"]) for each in found] == [(2.0, 3.0), (1.0, 2.0)]
