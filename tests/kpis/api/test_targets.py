"""Targets, other names of metrics and plain baselines by REST."""

from __future__ import annotations

from typing import Any

import pytest

from kpis.models import Target
from projects.models import Initiative
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_initiative, make_runs

pytestmark = pytest.mark.django_db
URL = "initiatives/CHURN/targets/"
BODY: dict[str, Any] = {
    "metric": "accuracy",
    "comparator": ">=",
    "value": 0.9,
    "slice": "eu",
    "minimum_n": 500,
    "confidence": 0.95,
    "threshold": None,
    "grid_step": 0.01,
    "dataset_digest": "d1",
    "reason": "As agreed.",
}


@pytest.fixture(autouse=True)
def churn(team: Team) -> Initiative:
    return make_initiative(team.principal)


def test_a_target_is_set_and_versioned(team: Team) -> None:
    made = ok(team.manager.call("post", URL, BODY), 201)
    assert {name: made[name] for name in BODY} == BODY
    assert (made["state"], made["number"], made["author"]) == ("active", 1, "manager@example.org")
    assert ok(team.manager.call("post", URL, BODY), 200)["id"] == made["id"]
    tighter = ok(team.manager.call("post", URL, {**BODY, "value": 0.95}), 201)
    assert tighter["number"] == 2
    assert [row["id"] for row in ok(team.viewer.call("get", URL))["data"]] == [tighter["id"], made["id"]]
    assert [row["id"] for row in ok(team.viewer.call("get", URL + "?state=superseded&metric=accuracy"))["data"]] == [
        made["id"]
    ]


def test_a_threshold_is_declared_on_accuracy(team: Team) -> None:
    body = {"metric": "accuracy", "comparator": ">=", "value": 0.9, "threshold": 0.8, "grid_step": 0.05}
    made = ok(team.manager.call("post", URL, body), 201)
    assert (made["threshold"], made["grid_step"], made["dataset_digest"]) == (0.8, 0.05, "")


def test_between_has_two_ends(team: Team) -> None:
    body = {"metric": "latency_ms", "comparator": "between", "value": 1, "high": 20}
    assert ok(team.manager.call("post", URL, body), 201)["high"] == 20.0
    assert pointers(refused(team.manager.call("post", URL, {**body, "high": 0.5}), 400)) == {"/high"}


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"comparator": "=="}, {"/comparator"}),
        ({"value": "0.9"}, {"/value"}),
        ({"value": 90}, {"/value"}),
        ({"confidence": 95}, {"/confidence"}),
        ({"minimum_n": 0}, {"/minimum_n"}),
        ({"threshold": 0.8}, {"/threshold"}),
        ({"threshold": 2, "slice": ""}, {"/threshold"}),
        ({"grid_step": 0.3}, {"/grid_step"}),
        ({"dataset_digest": "d" * 129}, {"/dataset_digest"}),
        ({"state": "active", "author": 1}, {"/state", "/author"}),
    ],
)
def test_wrong_values_are_named(team: Team, change: dict[str, Any], places: set[str]) -> None:
    assert pointers(refused(team.manager.call("post", URL, {**BODY, **change}), 400)) == places
    assert not Target.objects.exists()


def test_a_looser_one_waits_for_another_person(team: Team, churn: Initiative) -> None:
    whole = {"metric": "accuracy", "comparator": ">=", "value": 0.9}
    ok(team.manager.call("post", URL, whole), 201)
    make_runs(churn, 1)
    assert pointers(refused(team.manager.call("post", URL, {**whole, "value": 0.8}), 400)) == {"/reason"}
    waits = ok(team.manager.call("post", URL, {**whole, "value": 0.8, "reason": "Too dear."}), 201)
    assert waits["state"] == "proposed" and waits["loosens"]
    approve = f"{URL}{waits['id']}/approve/"
    refused(team.manager.call("post", approve), 403)
    refused(team.stranger.call("post", approve), 404)
    refused(team.approver.call("post", f"{URL}tgt_none/approve/"), 404)
    approved = ok(team.approver.call("post", approve))
    assert (approved["state"], approved["approver"], approved["self_approved"]) == (
        "active",
        "approver@example.org",
        False,
    )
    refused(team.approver.call("post", approve), 400)


def test_nobody_approves_their_own(team: Team, churn: Initiative) -> None:
    whole = {"metric": "accuracy", "comparator": ">=", "value": 0.9}
    make_runs(churn, 1)
    ok(team.admin.call("post", URL, whole), 201)
    waits = ok(team.admin.call("post", URL, {**whole, "value": 0.8, "reason": "Too dear."}), 201)
    assert pointers(refused(team.admin.call("post", f"{URL}{waits['id']}/approve/"), 400)) == {"/approver"}


def test_another_name_of_a_metric(team: Team) -> None:
    url = "initiatives/CHURN/aliases/"
    made = ok(team.manager.call("post", url, {"alias": "eval/acc", "metric": "accuracy"}), 201)
    assert made == {"alias": "eval/acc", "metric": "accuracy"}
    ok(team.manager.call("post", url, {"alias": "eval/acc", "metric": "f1"}), 201)
    assert ok(team.viewer.call("get", url))["data"] == [{"alias": "eval/acc", "metric": "f1"}]
    assert pointers(refused(team.manager.call("post", url, {"alias": "f1", "metric": "f1"}), 400)) == {"/alias"}
    assert pointers(refused(team.manager.call("post", url, {"alias": "a", "x": 1}), 400)) == {"/metric", "/x"}


def test_a_plain_baseline_is_stated_with_its_source(team: Team) -> None:
    url = "initiatives/CHURN/baselines/"
    body = {"metric": "accuracy", "value": 0.6, "n": 2000, "note": "Most frequent class."}
    made = ok(team.manager.call("post", url, body), 201)
    assert {name: made[name] for name in body} == body
    assert made["author"] == "manager@example.org"
    newer = ok(team.manager.call("post", url, {**body, "value": 0.65, "n": None}), 201)
    assert ok(team.viewer.call("get", url))["data"] == [newer, made]
    assert pointers(refused(team.manager.call("post", url, {**body, "note": "", "n": 0, "by": 1}), 400)) == {
        "/note",
        "/n",
        "/by",
    }


@pytest.mark.parametrize("name", ["targets", "aliases", "baselines"])
def test_who_may(team: Team, name: str) -> None:
    url = f"initiatives/CHURN/{name}/"
    refused(team.contributor.call("post", url, {}), 403)
    refused(team.stranger.call("post", url, {}), 404)
    refused(team.stranger.call("get", url), 404)
    assert ok(team.viewer.call("get", url))["data"] == []
