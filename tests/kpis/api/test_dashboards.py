"""Dashboards by REST: made, replaced as a whole, by version; and what they show, as on the page."""

from __future__ import annotations

from typing import Any

import pytest

from kpis.scoring.dashboards.shipped import SHIPPED
from kpis.services.dashboards import create_dashboard
from mltrack.accounts.access import Principal
from tests.factories import make_workspace
from tests.kpis.dashboard_world import every_kind, fill_workspace
from tests.mltrack.accounts.api.callers import Caller, caller

pytestmark = pytest.mark.django_db
TEXT: dict[str, Any] = {"kind": "text", "title": "One", "width": 2, "settings": {"text": "Hello."}}


@pytest.fixture
def owner() -> Principal:
    """The owner of a workspace."""
    return make_workspace()


@pytest.fixture
def api(owner: Principal) -> Caller:
    """A program that may do everything that its owner may."""
    assert owner.user is not None
    return caller(owner.user, owner.workspace)


def test_a_dashboard_is_made_listed_changed_and_put_away(api: Caller) -> None:
    answer = api.call(
        "POST", "dashboards/", {"name": "Sales", "team": "North", "panels": [TEXT, {**TEXT, "title": "Two"}]}
    )
    assert answer.status_code == 201 and answer["Location"] == "/api/v1/dashboards/sales/"
    made, etag = answer.json(), answer["ETag"]
    assert (made["version"], made["shipped"], made["archived"]) == (1, False, False)
    assert [each["title"] for each in made["panels"]] == ["One", "Two"]
    assert made["panels"][0]["settings"] == {"text": "Hello."} and made["panels"][0]["id"].startswith("pnl_")
    rows = api.call("GET", "dashboards/").json()["data"]
    assert [each["key"] for each in rows] == [*SHIPPED, "sales"]
    assert (rows[0]["shipped"], rows[-1]["shipped"], rows[-1]["panels"]) == (True, False, 2)
    changed = api.call("PATCH", "dashboards/sales/", {"panels": [{**TEXT, "title": "Three"}]}, If_Match=etag)
    assert changed.status_code == 200 and [each["title"] for each in changed.json()["panels"]] == ["Three"]
    late = api.call("PATCH", "dashboards/sales/", {"name": "Late"}, If_Match=etag)
    assert late.status_code == 412 and late.json()["current"]["version"] == 2
    assert api.call("DELETE", "dashboards/sales/").status_code == 204
    assert [each["key"] for each in api.call("GET", "dashboards/?archived=true").json()["data"]] == ["sales"]
    assert api.call("PATCH", "dashboards/sales/", {"archived": False}).json()["archived"] is False


@pytest.mark.parametrize(
    ("panel", "pointer"),
    [
        ({"kind": "kpi_tile", "settings": {"kpi": "theirs"}}, "/panels/1/settings/kpi"),
        ({"kind": "funnel", "settings": {"q": "colour:red"}}, "/panels/1/settings/q"),
        ({"kind": "funnel", "settings": {"colour": "red"}}, "/panels/1/settings/colour"),
        ({"kind": "pie"}, "/panels/1/kind"), ({"kind": "text", "width": 5}, "/panels/1/width"),
        ({"kind": "text", "x": 1}, "/panels/1/x"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(api: Caller, owner: Principal, panel: Any, pointer: str) -> None:
    create_dashboard(owner, name="Sales", panels=[TEXT])
    for answer in (
        api.call("POST", "dashboards/", {"name": "Other", "panels": [TEXT, panel]}),
        api.call("PATCH", "dashboards/sales/", {"panels": [TEXT, panel]}),
    ):
        assert answer.status_code == 400
        assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    assert len(api.call("GET", "dashboards/sales/").json()["panels"]) == 1


def test_what_ships_is_read_and_never_changed(api: Caller) -> None:
    found = api.call("GET", "dashboards/leadership/").json()
    assert (found["version"], found["shipped"], len(found["panels"])) == (0, True, len(SHIPPED["leadership"].panels))
    assert api.call("PATCH", "dashboards/leadership/", {"name": "Mine"}).status_code == 404
    assert api.call("DELETE", "dashboards/leadership/").status_code == 404
    panels = [{name: each[name] for name in ("kind", "title", "width", "settings")} for each in found["panels"]]
    assert api.call("POST", "dashboards/", {"name": "Mine", "panels": panels}).status_code == 201


def test_the_data_are_those_of_the_page(api: Caller, owner: Principal) -> None:
    fill_workspace(owner)
    every_kind(owner)
    answer = api.call("GET", "dashboards/everything/data/")
    assert answer.status_code == 200
    found = {each["kind"]: each["data"] for each in answer.json()["panels"]}
    assert found["kpi_board"]["says"] == "1 behind pace of 3 KPIs: Churn."
    assert found["kpi_board"]["rows"][0]["doing"]["words"] == "Ask the north."
    assert found["forecast"]["rows"][0]["key"] == "SOON" and found["text"] == {"text": "What **this** is about."}
    assert "detail" not in found["kpi_chart"] and len(found["kpi_chart"]["rows"]) == 2
    assert "curve" not in found["incidence"] and found["funnel"]["stages"][0]["stage"] == "framing"
    narrowed = api.call("GET", "dashboards/everything/data/?q=live&range=year").json()
    assert narrowed["range"]["name"] == "year"
    assert [each["data"]["n"] for each in narrowed["panels"] if each["kind"] == "funnel"] == [1]
    wrong = api.call("GET", "dashboards/everything/data/?q=colour:red")
    assert wrong.status_code == 400 and wrong.json()["errors"][0]["pointer"] == "/q"
    assert api.call("GET", "dashboards/everything/data/?range=decade").status_code == 400
    assert api.call("GET", "dashboards/nobody/data/").status_code == 404


def test_a_tile_follows_a_kpi_whose_direction_becomes_a_range(api: Caller) -> None:
    goal = {"direction": "higher", "period": "day", "baseline": 5, "target": 25, "due": "2030-01-01"}
    assert api.call("POST", "kpis/", {"name": "Warmth", "key": "warmth", "unit": "C", **goal}).status_code == 201
    tiles = [{"kind": "kpi_tile", "settings": {"kpi": "warmth", "since": "baseline"}}, {"kind": "kpi_board"}]
    assert api.call("POST", "dashboards/", {"name": "Hall", "panels": tiles}).status_code == 201
    assert [each["goal"] for each in _rows(api)] == ["at least 25\u202fC by 2030-01-01"] * 2
    held = {"direction": "range", "target": None, "low": 10, "high": 20}
    assert api.call("PATCH", "kpis/warmth/", held).status_code == 200
    assert api.call("POST", "kpis/warmth/readings/", {"time": "2026-03-02", "value": 15}).status_code == 200
    for row in _rows(api):
        assert (row["goal"], row["state"]) == ("10 to 20\u202fC by 2030-01-01", "met")
        assert (row["attainment"], row["edge"]) == (1.0, 10.0)
    assert api.call("POST", "kpis/warmth/readings/", {"time": "2026-03-03", "value": 24}).status_code == 200
    assert [(each["value"], each["edge"]) for each in _rows(api)] == [("24", 20.0)] * 2
    assert all(each["state"] != "met" for each in _rows(api))


def _rows(api: Caller) -> list[dict[str, Any]]:
    """Return the KPI's row of the tile and of the board."""
    tile, board = api.call("GET", "dashboards/hall/data/").json()["panels"]
    return [tile["data"]["row"], *board["data"]["rows"]]
