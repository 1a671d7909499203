"""The forecast and estimates by REST."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from projects.models import Initiative
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_initiative
from tests.kpis.forecast_world import add_history, add_task, estimate_rest, in_weeks
from tests.kpis.world import judged

pytestmark = pytest.mark.django_db
HERE = "initiatives/CHURN/"


@pytest.fixture
def churn(team: Team) -> Initiative:
    initiative = make_initiative(team.principal, criticality="experiment")
    add_history(initiative)
    for _ in range(6):
        add_task(initiative)
    return initiative


def test_before_a_judgement_there_is_none(team: Team, churn: Initiative) -> None:
    told = ok(team.viewer.call("get", f"{HERE}forecast/"))
    assert (told["p50"], told["parts"], told["reason"]) == (None, [], "it was not judged yet")


def test_the_forecast_and_what_if(team: Team, churn: Initiative) -> None:
    estimate_rest(team.principal, churn)
    judged(churn)
    told = ok(team.viewer.call("get", f"{HERE}forecast/"))
    assert (told["p50"], told["p85"], told["decided_by"]) == (in_weeks(3).isoformat(), in_weeks(3).isoformat(), "tasks")
    assert told["reason"] == ""
    assert {"gate", "p50", "p85", "reason"} <= set(told["parts"][0])
    fewer = ok(team.viewer.call("get", f"{HERE}forecast/?cut_tasks=4"))
    ten = (timezone.now() + timedelta(days=10)).date().isoformat()
    # By hand: two tasks take a week, and the estimates ten days.
    assert (fewer["p85"], fewer["parts"][0]["p85"]) == (ten, in_weeks(1).isoformat())
    assert ok(team.viewer.call("get", f"{HERE}forecast/?drop=tasks"))["p85"] == ten
    problem = refused(team.viewer.call("get", f"{HERE}forecast/?drop=nothing"), 400)
    assert "There is no part nothing" in str(problem)


def test_one_part_without_a_date_is_named(team: Team, churn: Initiative) -> None:
    checks = estimate_rest(team.principal, churn, leave=("model.accuracy",))
    assert "model.accuracy" not in checks
    judged(churn)
    told = ok(team.viewer.call("get", f"{HERE}forecast/"))
    assert (told["p50"], told["decided_by"]) == (None, "check:model.accuracy")
    assert told["reason"].startswith("no credible date because of ")


def test_estimates_are_listed_and_refused(team: Team, churn: Initiative) -> None:
    days = dict(zip(("earliest", "likely", "latest"), (in_weeks(n).isoformat() for n in (1, 2, 3))))
    made = ok(team.contributor.call("post", f"{HERE}estimates/", {"check": "data.privacy", **days}), 201)
    assert (made["check"], made["likely"]) == ("data.privacy", days["likely"])
    assert ok(team.viewer.call("get", f"{HERE}estimates/?check=data.privacy"))["data"] == [made]
    assert ok(team.viewer.call("get", f"{HERE}estimates/?check=other"))["data"] == []
    wrong = {"check": "data.privacy", **days, "latest": in_weeks(1).isoformat()}
    assert pointers(refused(team.contributor.call("post", f"{HERE}estimates/", wrong), 400)) == {"/latest"}


def test_an_estimate_is_withdrawn(team: Team, churn: Initiative) -> None:
    estimate_rest(team.principal, churn)
    judged(churn)
    assert ok(team.viewer.call("get", f"{HERE}forecast/"))["p85"]
    first = ok(team.viewer.call("get", f"{HERE}estimates/"))["data"][0]
    path = f"{HERE}estimates/{first['id']}/withdraw/"
    refused(team.viewer.call("post", path), 403)
    gone = ok(team.contributor.call("post", path))
    assert gone["withdrawn_at"] and {**gone, "withdrawn_at": None} == first
    assert ok(team.contributor.call("post", path)) == gone
    judged(churn)
    told = ok(team.viewer.call("get", f"{HERE}forecast/"))
    assert (told["p50"], told["decided_by"]) == (None, f"check:{first['check']}")
    assert "its estimate was withdrawn; its owner can name the earliest" in told["reason"]
    refused(team.contributor.call("post", f"{HERE}estimates/est_none/withdraw/"), 404)
