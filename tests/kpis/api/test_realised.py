"""Results, experiments, costs and decisions by REST: what comes in, what is answered, and who may."""

from __future__ import annotations

import pytest

from kpis.models import InitiativeCost
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_initiative
from tests.kpis.realised_world import STEP, TRIAL, Stepped, stepped

pytestmark = pytest.mark.django_db
URL = "initiatives/CHURN/"


@pytest.fixture
def world(team: Team) -> Stepped:
    return stepped(team.principal, make_initiative(team.principal))


def test_asking_keeps_an_answer_with_its_evidence(team: Team, world: Stepped) -> None:
    body = {"kpi": "kept", "method": "did", "since": world.since.isoformat(), "control_segment": "north"}
    refused(team.contributor.call("post", URL + "results/", body), 403)
    made = ok(team.manager.call("post", URL + "results/", body), 201)
    assert (made["grade"], made["standing"], made["problem"], made["control_kpi"]) == ("B", "moved", "", "kept")
    assert made["effect"] == pytest.approx(STEP, rel=0.25) and made["low"] > 0
    assert made["evidence"]["placebos"]["share"] <= 0.1 and made["evidence"]["assumptions"]
    assert ok(team.viewer.call("get", f"{URL}results/{made['id']}/")) == made
    assert ok(team.viewer.call("get", URL + "results/"))["data"] == [made]
    assert ok(team.viewer.call("get", "kpis/kept/results/"))["data"] == [made]
    refused(team.viewer.call("get", URL + "results/res_none/"), 404)
    refused(team.stranger.call("get", f"{URL}results/{made['id']}/"), 404)


def test_no_credible_answer_is_kept_and_a_claim_too_large_is_not(team: Team, world: Stepped) -> None:
    body = {"kpi": "kept", "method": "did", "since": world.since.isoformat()}
    made = ok(team.manager.call("post", URL + "results/", body), 201)
    assert (made["effect"], made["standing"]) == (None, "none") and "needs a control" in made["problem"]
    claim = {**body, "method": "claim", "effect": 99.0}
    assert pointers(refused(team.manager.call("post", URL + "results/", claim), 400)) == {"/effect"}
    elsewhere = {**body, "kpi": "nowhere"}
    assert pointers(refused(team.manager.call("post", URL + "results/", elsewhere), 400)) == {"/kpi"}


def test_an_experiment_is_pushed_put_right_and_counted(team: Team, world: Stepped) -> None:
    body = {**TRIAL, "kpi": "kept", "external_id": "ab-1"}
    refused(team.viewer.call("post", URL + "experiments/", body), 403)
    made = ok(team.contributor.call("post", URL + "experiments/", body), 201)
    again = ok(team.contributor.call("post", URL + "experiments/", {**body, "treated": 570.0}), 200)
    assert again["id"] == made["id"] and again["treated"] == 570 and again["scale"] == 100
    assert ok(team.viewer.call("get", URL + "experiments/"))["data"] == [again]
    wrong = {**body, "treated": 5000.0}
    assert pointers(refused(team.contributor.call("post", URL + "experiments/", wrong), 400)) == {"/treated"}
    asked = {"kpi": "kept", "method": "experiment", "experiment": made["id"]}
    kept = ok(team.manager.call("post", URL + "results/", asked), 201)
    assert (kept["grade"], kept["effect"], kept["experiment"]) == ("A", pytest.approx(9.0), made["id"])


def test_costs_and_decisions(team: Team, world: Stepped) -> None:
    cost = {"kind": "people", "starts_on": "2026-01-01", "ends_on": "2026-03-31", "weeks": 12.0}
    made = ok(team.manager.call("post", URL + "costs/", cost), 201)
    assert ok(team.viewer.call("get", URL + "costs/"))["data"] == [made]
    assert pointers(refused(team.manager.call("post", URL + "costs/", {**cost, "weeks": None}), 400)) == {"/weeks"}
    assert team.manager.call("delete", f"{URL}costs/{made['id']}/").status_code == 204
    assert not InitiativeCost.objects.exists()
    decided = ok(team.manager.call("post", URL + "decisions/", {"decision": "retire", "reason": "Unused."}), 201)
    assert ok(team.viewer.call("get", URL + "decisions/"))["data"] == [decided]
    lasting = {"decision": "expand", "reason": "It pays."}
    assert pointers(refused(team.manager.call("post", URL + "decisions/", lasting), 400)) == {"/review_on"}
