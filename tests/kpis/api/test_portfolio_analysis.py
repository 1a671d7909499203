"""Funnel, incidence, time in stage and early warnings by REST, and a history that is brought in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.api.people import Team, ok, refused
from tests.kpis.portfolio_world import portfolio

pytestmark = pytest.mark.django_db


def brought_in(team: Team, key: str, moves: list[tuple[dict[str, str], int]]) -> None:
    """Make an initiative and tell its moves of so many days ago, in any order."""
    ok(team.manager.call("post", "initiatives/", {"key": key, "name": key.title()}), 201)
    now = timezone.now()
    for move, days in moves:
        at = (now - timedelta(days=days)).isoformat()
        ok(team.manager.call("post", f"initiatives/{key}/stages/", {**move, "at": at}), 201)


def test_a_history_that_is_brought_in_is_analysed(team: Team) -> None:
    stages = ("framing", "data", "modeling", "integration", "production")
    brought_in(team, "CHURN", [({"stage": stage}, 200 - 30 * place) for place, stage in enumerate(stages)][::-1])
    brought_in(
        team, "FRAUD", [({"stage": "data"}, 100), ({"state": "cancelled", "reason": "data", "note": "None"}, 40)]
    )
    assert ok(team.viewer.call("get", "initiatives/CHURN/"))["stage"] == "production"
    assert ok(team.viewer.call("get", "initiatives/FRAUD/"))["state"] == "cancelled"
    newest = ok(team.viewer.call("get", "initiatives/FRAUD/stages/"))["data"]
    assert [(each["stage"], each["state"], each["reason"]) for each in newest[1:]] == [
        ("data", "cancelled", "data"),
        ("data", "active", ""),
    ]
    told = ok(team.viewer.call("get", "portfolio/funnel/"))
    names = ("stage", "entered", "advanced", "cancelled", "open")
    assert [tuple(each[name] for name in names) for each in told["stages"]] == [
        ("framing", 1, 1, 0, 0),
        ("data", 2, 1, 1, 0),
        ("modeling", 1, 1, 0, 0),
        ("integration", 1, 1, 0, 0),
        ("production", 1, 0, 0, 1),
    ]
    assert told["reasons"] == [{"reason": "data", "count": 1}]
    curve = ok(team.viewer.call("get", "portfolio/incidence/"))
    # By hand: FRAUD is cancelled after 60 days, CHURN in production after 120.
    assert [(each["days"], each["production"], each["cancelled"], each["at_risk"]) for each in curve["steps"]] == [
        (60, 0.0, 0.5, 2),
        (120, 0.5, 0.5, 1),
    ]
    assert curve["initiatives"] == 2 and curve["horizons"][0] == {
        "days": 90,
        "followed": 2,
        "production": None,
        "cancelled": None,
    }
    times: dict[str, Any] = ok(team.viewer.call("get", "portfolio/stage-times/"))
    assert times["stages"][1] == {
        "stage": "data",
        "n": 2,
        "through": 1,
        "median": None,
        "reason": "only 1 came through, 10 are needed",
        "waiting": 0,
        "longest": None,
    }


def test_what_initiatives_took(team: Team) -> None:
    brought_in(team, "ONE", [({"stage": "framing"}, 90), ({"stage": "production"}, 10)])
    brought_in(team, "TWO", [({"stage": "framing"}, 30)])
    days = {"starts_on": "2026-01-01", "ends_on": "2026-01-31"}
    for spent in ({"weeks": 4.0}, {"weeks": 1.0, "amount": 500.0}):
        ok(team.manager.call("post", "initiatives/ONE/costs/", {"kind": "people", **days, **spent}), 201)
    found: dict[str, Any] = ok(team.viewer.call("get", "portfolio/effort/"))
    nothing = {"runs": 0, "evaluations": 0, "labels": 0, "tasks_done": 0}
    assert found["outcomes"] == [
        {**nothing, "weeks": 5.0, "amount": 500.0, "outcome": "production", "initiatives": 1},
        {**nothing, "weeks": None, "amount": None, "outcome": "open", "initiatives": 1},
    ]
    assert [(each["initiative"], each["days"], each["weeks"]) for each in found["initiatives"]] == [
        ("ONE", 80, 5.0),
        ("TWO", 30, None),
    ]
    assert ok(team.viewer.call("get", "portfolio/effort/?q=two"))["outcomes"][0]["outcome"] == "open"


def test_filters_and_what_is_no_parameter(team: Team) -> None:
    portfolio(team.principal, 1, 1, 1)
    refused(team.viewer.call("get", "portfolio/funnel/?q=colour:red"), 400)
    refused(team.viewer.call("get", "portfolio/incidence/?since=soon"), 400)
    refused(team.viewer.call("get", "portfolio/stage-times/?until=2026-01-01"), 400)
    late = ok(team.viewer.call("get", "portfolio/funnel/?since=2198-01-01"))
    assert {each["entered"] for each in late["stages"]} == {0}
    assert ok(team.viewer.call("get", "portfolio/incidence/?since=2198-01-01"))["steps"] == []


def test_warnings_by_initiative(team: Team) -> None:
    ok(team.manager.call("post", "initiatives/", {"key": "CHURN", "name": "Churn", "target_date": "2020-01-01"}), 201)
    (row,) = ok(team.viewer.call("get", "portfolio/warnings/?q=churn"))["data"]
    assert (row["initiative"], row["name"]) == ("CHURN", "Churn")
    assert [each["kind"] for each in row["warnings"]] == ["no_kpi", "target_passed"]
    assert row["warnings"][0]["url"].endswith("/initiatives/CHURN/value/")
    assert set(row["warnings"][1]) == {"kind", "title", "reason", "what_to_do", "url"}
    assert ok(team.stranger.call("get", "portfolio/warnings/"))["data"] == []
