"""Sources of observations by REST: a question tried, kept, changed, asked again, and who may."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from projects.models import Initiative, ObservationSource
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_initiative
from tests.kpis.source_world import connect
from tests.servers.hostile import HostileServer, raw

pytestmark = pytest.mark.django_db
HERE = "initiatives/CHURN/observation-sources/"
CSV = b"day,rate\n2026-03-28,8.4\n2026-03-29,x\n"


@pytest.fixture(autouse=True)
def churn(team: Team) -> Initiative:
    return make_initiative(team.principal)


@pytest.fixture
def asked(team: Team, settings: Settings, hostile_server: HostileServer) -> dict[str, Any]:
    """Return a question to a server of files."""
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    files = connect(team.principal, "csv_link", hostile_server.url)
    hostile_server.script[:] = [raw(200, CSV)] * 9
    options = {"time_column": "day", "value_column": "rate"}
    return {"kind": "errors", "connection": files.public_id, "statement": "a.csv", "options": options}


def test_a_question_is_tried_and_kept(team: Team, asked: dict[str, Any]) -> None:
    seen = ok(team.manager.call("post", f"{HERE}preview/", asked), 200)
    (one,) = seen["newest"]
    assert (seen["count"], one["value"], one["segment"]) == (1, 8.4, "") and one["time"].startswith(
        "2026-03-28T00:00:00"
    )
    assert seen["rejected"][0]["place"] == "line 3" and not ObservationSource.objects.exists()
    body = ok(team.manager.call("post", HERE, {**asked, "name": "answers", "threshold": 0.1}), 201)
    assert (body["condition"], body["connection"], body["threshold"]) == ("new", asked["connection"], 0.1)
    path = f"{HERE}{body['id']}/"
    assert ok(team.manager.call("post", f"{path}sync/"), 202)["state"] == "queued"
    assert team.manager.call("post", f"{path}back-fill/").status_code == 202
    edited = ok(team.manager.call("patch", path, {"paused": True, "threshold": None}))
    assert (edited["threshold"], edited["condition"]) == (None, "paused")
    assert ok(team.viewer.call("get", f"{HERE}?kind=errors"))["data"][0]["id"] == body["id"]
    assert (
        ok(team.viewer.call("get", f"{HERE}?kind=cost"))["data"] == [] and ok(team.viewer.call("get", path)) == edited
    )
    assert team.manager.call("delete", path).status_code == 204 and not ObservationSource.objects.exists()


def test_a_viewer_and_a_contributor_read_and_ask_nothing(team: Team, asked: dict[str, Any]) -> None:
    path = f"{HERE}{ok(team.manager.call('post', HERE, {**asked, 'name': 'answers'}), 201)['id']}/"
    for caller in (team.viewer, team.contributor):
        for method, where in (("post", HERE), ("post", f"{HERE}preview/"), ("patch", path), ("delete", path)):
            assert caller.call(method, where, {**asked, "name": "more"}).status_code == 403
        assert caller.call("post", f"{path}sync/").status_code == 403
    assert team.stranger.call("get", path).status_code == team.stranger.call("get", HERE).status_code == 404
    assert team.stranger.call("post", HERE, {**asked, "name": "theirs"}).status_code == 404
    assert ObservationSource.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "speed"}, "/kind"),
        ({"kind": "volume", "threshold": 1}, "/threshold"),
        ({"connection": "con_nothing"}, "/connection"),
        ({"statement": "../a.csv"}, "/statement"),
        ({"options": {"odd": "x"}}, "/options"),
        ({"begins": "soon"}, "/begins"),
    ],
)
def test_what_is_wrong_is_named(team: Team, asked: dict[str, Any], change: dict[str, Any], pointer: str) -> None:
    for path, more in ((HERE, {"name": "answers"}), (f"{HERE}preview/", {})):
        assert pointer in pointers(refused(team.manager.call("post", path, {**asked, **more, **change}), 400))
