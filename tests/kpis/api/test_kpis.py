"""KPIs, readings and contributions by REST."""

from __future__ import annotations

from typing import Any

import pytest

from kpis.models import KPI, Goal, Reading
from kpis.services.goals import approve_goal
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_initiative

pytestmark = pytest.mark.django_db
URL = "kpis/churn-rate/"
BODY: dict[str, Any] = {
    "key": "churn-rate",
    "name": "Churn rate",
    "description": "Who left.",
    "owner": "viewer@example.org",
    "unit": "%",
    "direction": "lower",
    "period": "month",
    "aggregation": "mean",
    "zone": "Europe/Berlin",
    "baseline": 8.5,
    "target": 6.0,
    "start": "2026-01-01",
    "due": "2026-12-31",
}
GOOD = {"time": "2026-01-01", "value": 1}


@pytest.fixture
def churn_rate(team: Team) -> KPI:
    ok(team.manager.call("post", "kpis/", BODY), 201)
    return KPI.objects.get()


def test_every_field_comes_back(team: Team, churn_rate: KPI) -> None:
    shown = ok(team.viewer.call("get", URL))
    assert {name: shown[name] for name in BODY} == BODY
    assert (shown["low"], shown["high"], shown["proposed"], shown["archived_at"]) == (None, None, None, None)
    assert ok(team.viewer.call("get", "kpis/"))["data"] == [shown]


def test_a_name_is_enough(team: Team) -> None:
    answer = team.manager.call("post", "kpis/", {"name": "Calls per day"})
    assert ok(answer, 201)["key"] == "calls-per-day"
    assert answer["Location"] == "/api/v1/kpis/calls-per-day/"


def test_a_range_has_two_ends(team: Team) -> None:
    body = {"name": "Stock", "direction": "range", "low": 10, "high": 20}
    assert ok(team.manager.call("post", "kpis/", body), 201)["high"] == 20.0
    assert pointers(refused(team.manager.call("post", "kpis/", {**body, "name": "x", "target": 3}), 400)) == {"/target"}


def test_a_looser_goal_waits_and_the_etag_follows(team: Team, churn_rate: KPI) -> None:
    ok(team.contributor.call("post", URL + "readings/", {"time": "2026-02-01T00:00:00Z", "value": 8}))
    etag = team.manager.call("get", URL)["ETag"]
    assert pointers(refused(team.manager.call("patch", URL, {"target": 7}), 400)) == {"/reason"}
    waits = ok(team.manager.call("patch", URL, {"target": 7, "reason": "A new market."}, if_match=etag))
    assert (waits["target"], waits["proposed"]["target"], waits["proposed"]["reason"]) == (6.0, 7.0, "A new market.")
    assert waits["proposed"]["author"] == "manager@example.org" and waits["proposed"]["loosens"]
    etag = team.manager.call("get", URL)["ETag"]
    approve_goal(team.principal_of(team.approver), Goal.objects.get(state="proposed"))
    approved = team.manager.call("get", URL, if_none_match=etag)
    assert (ok(approved)["target"], ok(approved)["proposed"]) == (7.0, None)
    stale = refused(team.manager.call("patch", URL, {"name": "x"}, if_match=etag), 412)
    assert stale["current"]["target"] == 7.0


def test_who_may(team: Team, churn_rate: KPI) -> None:
    refused(team.contributor.call("patch", URL, {"name": "x"}), 403)
    refused(team.contributor.call("post", "kpis/", {"name": "x"}), 403)
    refused(team.viewer.call("post", URL + "readings/", {}), 403)
    for method, path in (("get", URL), ("patch", URL), ("get", URL + "readings/"), ("post", URL + "readings/batch/")):
        refused(team.stranger.call(method, path, None if method == "get" else {}), 404)
    assert ok(team.stranger.call("get", "kpis/"))["data"] == []


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"version": 1, "workspace": 2}, {"/version", "/workspace"}),
        ({"owner": "stranger@example.org"}, {"/owner"}),
        ({"target": True}, {"/target"}),
        ({"target": 1e300}, {"/target"}),
        ({"zone": "Mars/Base"}, {"/zone"}),
        ({"due": "2025-01-01"}, {"/due"}),
        ({"direction": "up", "period": "year"}, {"/direction", "/period"}),
        ({"key": "other"}, {"/key"}),
    ],
)
def test_wrong_values_are_named(team: Team, churn_rate: KPI, change: dict[str, Any], places: set[str]) -> None:
    assert pointers(refused(team.manager.call("patch", URL, change), 400)) == places


def test_archived_ones_are_shown_on_request(team: Team, churn_rate: KPI) -> None:
    assert ok(team.manager.call("patch", URL, {"archived": True}))["archived_at"]
    assert ok(team.viewer.call("get", "kpis/"))["data"] == []
    assert len(ok(team.viewer.call("get", "kpis/?archived=true&direction=lower&owner=viewer@example.org"))["data"]) == 1
    ok(team.manager.call("patch", URL, {"archived": False}))
    assert len(ok(team.viewer.call("get", "kpis/"))["data"]) == 1


def test_readings_come_one_by_one_in_rows_and_in_columns(team: Team, churn_rate: KPI) -> None:
    post = team.contributor.call
    one = ok(post("post", URL + "readings/", {"time": "2026-01-01T00:00:00+01:00", "value": 8.5}))
    assert one == {"created": 1, "updated": 0, "unchanged": 0, "repeated": 0}
    rows = {"readings": [{"time": "2026-01-01T00:00:00+01:00", "value": 9}, {"time": "2026-02-01", "value": 8}]}
    assert ok(post("post", URL + "readings/", rows)) == {"created": 1, "updated": 1, "unchanged": 0, "repeated": 0}
    columns = {"times": ["2026-02-01", "2026-02-01"], "values": [8, 7.5], "segments": ["", "eu"]}
    counts = ok(post("post", URL + "readings/batch/", columns))
    assert (counts["created"], counts["unchanged"]) == (1, 1)
    shown = ok(team.viewer.call("get", URL + "readings/"))["data"]
    kept = {"time": "2025-12-31T23:00:00.000000Z", "value": 9.0, "segment": "", "origin": "measured", "formula": None}
    assert shown[-1] == kept
    assert [row["value"] for row in ok(team.viewer.call("get", URL + "readings/?segment=eu"))["data"]] == [7.5]
    since = ok(team.viewer.call("get", URL + "readings/?segment=&since=2026-01-01T00:00:00Z"))["data"]
    assert [row["value"] for row in since] == [8.0]
    until = ok(team.viewer.call("get", URL + "readings/?until=2026-01-01T00:00:00Z"))["data"]
    assert [row["value"] for row in until] == [9.0]


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({"time": "2026-03-29T02:30:00", "value": 1}, {"/time"}),
        ({"time": "soon", "value": True}, {"/time", "/value"}),
        ({"time": "2026-01-01", "value": 1, "colour": "red"}, {"/colour"}),
        ({"readings": [GOOD, {"time": "x", "value": "1"}]}, {"/readings/1/time", "/readings/1/value"}),
        ({"readings": [{**GOOD, "a/b": 1}]}, {"/readings/0/a~1b"}),
        ({"readings": {"time": 1}}, {"/readings"}),
        ({"readings": [], "more": 1}, {"/more"}),
        ({"readings": []}, {"/readings"}),
        ({"times": ["2026-01-01", "never"], "values": [1, None]}, {"/times/1", "/values/1"}),
        ({"times": ["2026-01-01"], "values": []}, {"/values"}),
        ({"times": 3, "values": []}, {"/times"}),
        ([], {"/readings"}),
        (b'"text"', {"/readings"}),
        ({"times": "2026", "values": "12"}, {"/times"}),
    ],
)
def test_wrong_readings_are_placed_and_none_is_kept(team: Team, churn_rate: KPI, body: Any, places: set[str]) -> None:
    assert pointers(refused(team.contributor.call("post", URL + "readings/", body), 400)) == places
    assert not Reading.objects.exists()


def test_a_batch_has_a_limit(team: Team, churn_rate: KPI) -> None:
    times = [f"2026-01-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}Z" for n in range(10_001)]
    many = {"times": times, "values": [1.0] * len(times)}
    refused(team.contributor.call("post", URL + "readings/batch/", many), 400)
    assert not Reading.objects.exists()
    most = {"times": times[:-1], "values": [1.0] * 10_000}
    assert ok(team.contributor.call("post", URL + "readings/batch/", most))["created"] == 10_000


def test_a_contribution_ties_a_kpi_to_an_initiative(team: Team, churn_rate: KPI) -> None:
    make_initiative(team.principal)
    url = "initiatives/CHURN/contributions/"
    body = {"kpi": "churn-rate", "expected": -1.5, "by": "2026-12-31", "how": "Fewer calls.", "grade": "B"}
    made = ok(team.manager.call("post", url, body), 201)
    assert {name: made[name] for name in body} == body
    changed = ok(team.manager.call("post", url, {**body, "expected": -1}), 200)
    assert changed["expected"] == -1.0
    assert ok(team.viewer.call("get", url))["data"] == [changed]
    refused(team.contributor.call("post", url, body), 403)
    refused(team.stranger.call("post", url, body), 404)
    assert pointers(refused(team.manager.call("post", url, {"kpi": "none"}), 400)) == {"/kpi"}
    assert pointers(refused(team.manager.call("post", url, {**body, "grade": "F", "x": 1}), 400)) == {"/grade", "/x"}
