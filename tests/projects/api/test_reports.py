"""Dataset versions and deployments by REST."""

from __future__ import annotations

import pytest

from projects.models import Initiative
from projects.services.pushes import push_runs
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_initiative

pytestmark = pytest.mark.django_db
DATASETS, DEPLOYMENTS = "initiatives/CHURN/datasets/", "initiatives/CHURN/deployments/"


@pytest.fixture
def churn(team: Team) -> Initiative:
    return make_initiative(team.principal)


def test_a_dataset_version_is_reported_once(team: Team, churn: Initiative) -> None:
    body = {"name": "cards", "digest": "9f2c", "rows": 1000, "schema_digest": "aa", "labels_digest": "bb"}
    made = ok(team.contributor.call("post", DATASETS, body), 201)
    assert {name: made[name] for name in body} == body
    assert ok(team.contributor.call("post", DATASETS, {"name": "cards", "digest": "9f2c", "rows": 1200}), 200) == {
        **made,
        "rows": 1200,
    }
    ok(team.contributor.call("post", DATASETS, {"name": "others", "digest": "1"}), 201)
    assert [row["name"] for row in ok(team.viewer.call("get", DATASETS))["data"]] == ["others", "cards"]
    assert [row["digest"] for row in ok(team.viewer.call("get", DATASETS + "?name=cards"))["data"]] == ["9f2c"]


def test_versions_that_runs_used_are_listed(team: Team, churn: Initiative) -> None:
    other = make_initiative(team.principal, "OTHER")
    push_runs(team.principal, other, [{"external_id": "r", "datasets": [{"name": "theirs", "digest": "1"}]}])
    push_runs(team.principal, churn, [{"external_id": "r", "datasets": [{"name": "ours", "digest": "1"}]}])
    assert [row["name"] for row in ok(team.viewer.call("get", DATASETS))["data"]] == ["ours"]


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({"name": "x"}, {"/digest"}),
        ({"name": "x", "digest": "1", "rows": -1}, {"/rows"}),
        ({"name": "x", "digest": "1", "rows": 2**70}, {"/rows"}),
        ({"name": "x", "digest": "1", "rows": True}, {"/rows"}),
        ({"name": " ", "digest": "1" * 129, "rank": 1}, {"/name", "/digest", "/rank"}),
    ],
)
def test_wrong_datasets_are_refused(team: Team, churn: Initiative, body: object, places: set[str]) -> None:
    assert pointers(refused(team.contributor.call("post", DATASETS, body), 400)) == places


def test_a_deployment_knows_its_run_and_version(team: Team, churn: Initiative) -> None:
    push_runs(team.principal, churn, [{"external_id": "r", "tags": {"commit": "abc1234"}}])
    ok(team.contributor.call("post", "initiatives/CHURN/model-versions/", {"name": "m", "version": "3"}), 201)
    body = {"environment": "production", "version": "3", "commit": "abc1234", "at": "2026-01-05T09:00:00Z"}
    made = ok(team.contributor.call("post", DEPLOYMENTS, body), 201)
    assert made["run"].startswith("run_") and made["model_version"].startswith("mdl_")
    assert (made["state"], made["at"]) == ("live", "2026-01-05T09:00:00.000000Z")
    rolled = ok(team.contributor.call("post", DEPLOYMENTS, {**body, "state": "rolled_back"}), 200)
    assert (rolled["id"], rolled["state"]) == (made["id"], "rolled_back")
    ok(team.contributor.call("post", DEPLOYMENTS, {"environment": "staging", "version": "4"}), 201)
    listed = ok(team.viewer.call("get", DEPLOYMENTS + "?environment=production"))["data"]
    assert listed == [rolled]
    assert ok(team.viewer.call("get", DEPLOYMENTS + "?state=live"))["data"][0]["version"] == "4"


def test_wrong_deployments_are_refused(team: Team, churn: Initiative) -> None:
    future = {"environment": "production", "version": "3", "at": "2999-01-01T00:00:00Z"}
    assert pointers(refused(team.contributor.call("post", DEPLOYMENTS, future), 400)) == {"/at"}
    named = {"environment": "", "version": "3", "state": "gone", "by": "me"}
    assert pointers(refused(team.contributor.call("post", DEPLOYMENTS, named), 400)) == {
        "/environment",
        "/state",
        "/by",
    }


@pytest.mark.parametrize("path", [DATASETS, DEPLOYMENTS])
def test_who_may(team: Team, churn: Initiative, path: str) -> None:
    refused(team.viewer.call("post", path, {}), 403)
    refused(team.stranger.call("post", path, {}), 404)
    refused(team.stranger.call("get", path), 404)
    refused(team.contributor.call("post", path, {}), 400)
