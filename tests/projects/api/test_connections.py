"""Connections by REST: secrets go in and never come out, pulls are asked for, rules say which runs count."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from mltrack.accounts.models import AuditEvent
from projects.models import Connection, Initiative, Run, SyncAttempt
from projects.models.secrets import unseal
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_connection, make_initiative, make_runs

pytestmark = pytest.mark.django_db
SECRET = "canary-of-the-secret"
BODY: dict[str, Any] = {
    "kind": "mlflow",
    "name": "Tracking",
    "base_url": "http://127.0.0.1:9/base",
    "secret": SECRET,
    "options": {"experiment_ids": ["1", "2"]},
    "interval_seconds": 300,
    "initiative": "CHURN",
}


@pytest.fixture(autouse=True)
def churn(team: Team, settings: Settings) -> Initiative:
    settings.MLTRACK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    return make_initiative(team.principal)


def made(team: Team, **changes: Any) -> Any:
    return ok(team.manager.call("post", "connections/", {**BODY, **changes}), 201)


def test_a_connection_is_made(team: Team, churn: Initiative) -> None:
    answer = team.manager.call("post", "connections/", BODY)
    shown = ok(answer, 201)
    assert answer["Location"] == f"/api/v1/connections/{shown['id']}/"
    assert {name: shown[name] for name in BODY if name != "secret"} == {k: v for k, v in BODY.items() if k != "secret"}
    assert (shown["has_secret"], shown["error"], shown["paused"]) == (True, None, False)
    rule = churn.selection_rules.get()
    assert (rule.connection.public_id, rule.experiment_ids) == (shown["id"], ["1", "2"])


def test_the_secret_never_comes_out(team: Team) -> None:
    connection = Connection.objects.get(public_id=made(team)["id"])
    assert unseal(connection.sealed_secret) == SECRET
    url = f"connections/{connection.public_id}/"
    answers = [
        team.admin.call("get", url),
        team.admin.call("get", "connections/"),
        team.admin.call("patch", url, {"secret": SECRET + "2"}),
        team.admin.call("patch", url, {"secret": SECRET, "colour": 1}),
        team.admin.call("post", url + "sync/"),
        team.admin.call("get", url + "attempts/"),
    ]
    assert [each.status_code for each in answers] == [200, 200, 200, 400, 202, 200]
    for each in answers:
        assert SECRET not in each.content.decode() and connection.sealed_secret not in each.content.decode()
    assert not [event for event in AuditEvent.objects.all() if SECRET in f"{event.before}{event.after}"]


def test_another_host_clears_the_secret(team: Team) -> None:
    url = f"connections/{made(team)['id']}/"
    assert ok(team.manager.call("patch", url, {"name": "Renamed"}))["has_secret"] is True
    assert ok(team.manager.call("patch", url, {"base_url": "http://127.0.0.1:9/other"}))["has_secret"] is True
    assert ok(team.manager.call("patch", url, {"base_url": "http://127.0.0.2:9/other"}))["has_secret"] is False


def test_an_edit_needs_the_version_it_read(team: Team) -> None:
    url = f"connections/{made(team)['id']}/"
    etag = team.viewer.call("get", url)["ETag"]
    changed = team.manager.call("patch", url, {"paused": True}, if_match=etag)
    assert ok(changed)["paused"] is True
    conflict = refused(team.manager.call("patch", url, {"paused": False}, if_match=etag), 412, "version_conflict")
    assert conflict["current"]["paused"] is True and "secret" not in conflict["current"]
    refused(team.manager.call("delete", url, if_match=etag), 412)
    assert team.manager.call("delete", url, if_match=changed["ETag"]).status_code == 204
    refused(team.manager.call("get", url), 404)


def test_deleting_takes_its_runs_along(team: Team, churn: Initiative) -> None:
    connection = make_connection(team.principal, initiative=churn)
    make_runs(connection, 3)
    assert team.manager.call("delete", f"connections/{connection.public_id}/").status_code == 204
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"kind": "excel"}, {"/kind"}),
        ({"interval_seconds": 1}, {"/interval_seconds"}),
        ({"base_url": "ftp://127.0.0.1/"}, {"/base_url"}),
        ({"options": {"experiment_ids": [1]}}, {"/options/experiment_ids"}),
        ({"options": {"colour": "red"}}, {"/options"}),
        ({"options": {"workspace": {"a": 1}}}, {"/options/workspace"}),
        ({"options": []}, {"/options"}),
        ({"initiative": "NONE"}, {"/initiative"}),
        ({"sealed_secret": "x", "cursor": {}, "paused": True}, {"/sealed_secret", "/cursor", "/paused"}),
    ],
)
def test_wrong_values_are_named(team: Team, change: dict[str, Any], places: set[str]) -> None:
    assert pointers(refused(team.manager.call("post", "connections/", {**BODY, **change}), 400)) == places
    assert not Connection.objects.exists()


def test_asking_twice_is_asking_once(team: Team) -> None:
    url = f"connections/{made(team)['id']}/"
    first, second = (ok(team.manager.call("post", url + "sync/"), 202) for _ in range(2))
    assert first == second and first["state"] == "queued" and first["error"] is None
    assert first["asked_by"] == "manager@example.org"
    assert ok(team.viewer.call("get", url + "attempts/"))["data"] == [first]


def test_a_failed_attempt_says_why(team: Team) -> None:
    connection = make_connection(team.principal)
    fields = {"error_code": "refused", "error_text": "Nobody answers.", "requests": 3, "rows": 7, "rejected": 1}
    SyncAttempt.objects.create(connection=connection, state="failed", unread={"votes": 2}, **fields)
    row = ok(team.viewer.call("get", f"connections/{connection.public_id}/attempts/"))["data"][0]
    assert row["error"] == {"code": "refused", "text": "Nobody answers."}
    assert (row["state"], row["requests"], row["rows"], row["rejected"]) == ("failed", 3, 7, 1)
    assert row["unread"] == {"votes": 2}


def test_who_may(team: Team) -> None:
    url = f"connections/{made(team)['id']}/"
    for method, path in (("post", "connections/"), ("patch", url), ("delete", url), ("post", url + "sync/")):
        refused(team.contributor.call(method, path, {}), 403)
    for method, path in (("get", url), ("patch", url), ("delete", url), ("post", url + "sync/")):
        refused(team.stranger.call(method, path), 404)
    refused(team.stranger.call("get", url + "attempts/"), 404)
    assert ok(team.stranger.call("get", "connections/"))["data"] == []
    theirs = refused(team.stranger.call("post", "connections/", BODY), 400)
    assert pointers(theirs) == {"/initiative"}


def test_lists_are_filtered(team: Team) -> None:
    made(team)
    made(team, name="Bare", initiative=None)

    def names(query: str) -> list[str]:
        return [row["name"] for row in ok(team.viewer.call("get", f"connections/?{query}"))["data"]]

    assert names("") == ["Bare", "Tracking"]
    assert names("initiative=CHURN&kind=mlflow") == ["Tracking"]
    refused(team.viewer.call("get", "connections/?secret=x"), 400)


def test_rules_say_which_runs_count(team: Team, churn: Initiative) -> None:
    connection = make_connection(team.principal)
    make_runs(connection, 2)
    url = "initiatives/CHURN/selection/"
    assert ok(team.viewer.call("get", url)) == {"rules": []}
    rule = {"connection": connection.public_id, "experiment_ids": ["1"], "tag_key": "", "tag_value": ""}
    kept = ok(team.manager.call("put", url, {"rules": [rule]}))
    assert kept == {"rules": [{**rule, "registered_model": "", "alias": ""}]}
    assert ok(team.viewer.call("get", url)) == kept
    assert len(ok(team.viewer.call("get", "initiatives/CHURN/runs/"))["data"]) == 2
    ok(team.manager.call("put", url, {"rules": []}))
    assert ok(team.viewer.call("get", "initiatives/CHURN/runs/"))["data"] == []


def test_rules_are_checked(team: Team, churn: Initiative) -> None:
    url, theirs = "initiatives/CHURN/selection/", make_connection(team.principal_of(team.stranger))
    refused(team.contributor.call("put", url, {"rules": []}), 403)
    refused(team.stranger.call("put", url, {"rules": []}), 404)
    refused(team.stranger.call("get", url), 404)
    foreign = refused(team.manager.call("put", url, {"rules": [{"connection": theirs.public_id}]}), 400)
    assert pointers(foreign) == {"/rules"}
    wrong = {"rules": [{"connection": "x", "experiment_ids": [1], "colour": "red"}]}
    assert pointers(refused(team.manager.call("put", url, wrong), 400)) == {
        "/rules/0/experiment_ids/0",
        "/rules/0/colour",
    }
    assert not churn.selection_rules.exists()
