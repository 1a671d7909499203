"""Initiatives by REST: made, changed, moved and spoken of."""

from __future__ import annotations

import pytest

from mltrack.accounts.models import AuditEvent
from projects.models import Initiative
from tests.api.people import Team, ok, pointers, refused

pytestmark = pytest.mark.django_db
URL = "initiatives/CHURN/"


@pytest.fixture
def churn(team: Team) -> Initiative:
    ok(team.manager.call("post", "initiatives/", {"name": "Customer churn", "key": "CHURN"}), 201)
    return Initiative.objects.get(key="CHURN")


def test_a_name_is_enough(team: Team) -> None:
    answer = team.manager.call("post", "initiatives/", {"name": "Customer churn"})
    made = ok(answer, 201)
    assert made["key"] == "CUSTOMER-CHURN"
    assert made["owner"] == "manager@example.org"
    assert (made["stage"], made["state"], made["criticality"]) == ("framing", "active", "standard")
    assert answer["Location"] == "/api/v1/initiatives/CUSTOMER-CHURN/"
    assert answer["ETag"] == team.viewer.call("get", "initiatives/CUSTOMER-CHURN/")["ETag"]


def test_every_field_comes_back(team: Team) -> None:
    body = {
        "key": "EU-1",
        "name": "Churn in Europe",
        "problem": "They leave.",
        "scope_in": "Europe",
        "scope_out": "The rest",
        "owner": "viewer@example.org",
        "sponsor": "Sales",
        "stage": "modeling",
        "state": "paused",
        "criticality": "critical",
        "target_date": "2027-03-31",
        "target_resolution": "quarter",
        "links": [{"title": "Paper", "url": "https://example.org/paper"}],
        "candidate_rule": "latest",
        "candidate_alias": "prod",
        "sample_size_key": "rows",
    }
    ok(team.manager.call("post", "initiatives/", body), 201)
    shown = ok(team.viewer.call("get", "initiatives/EU-1/"))
    assert {name: shown[name] for name in body} == body


def test_the_change_leaves_an_audit_event_with_token_and_request(team: Team, churn: Initiative) -> None:
    ok(team.manager.call("patch", URL, {"problem": "They leave."}, x_request_id="from-the-test"))
    event = AuditEvent.objects.order_by("id").last()
    assert event is not None and event.token == team.manager.token
    assert (event.action, event.after, event.request_id) == ("edit", {"problem": "They leave."}, "from-the-test")


def test_who_may(team: Team, churn: Initiative) -> None:
    for reader in (team.viewer, team.contributor):
        assert [row["key"] for row in ok(reader.call("get", "initiatives/"))["data"]] == ["CHURN"]
        assert "manager" in refused(reader.call("patch", URL, {"name": "x"}), 403, "forbidden")["detail"]
        refused(reader.call("post", "initiatives/", {"name": "x"}), 403)
    assert ok(team.stranger.call("get", "initiatives/"))["data"] == []
    refused(team.stranger.call("get", URL), 404, "not_found")
    refused(team.stranger.call("patch", URL, {"name": "x"}), 404)
    assert Initiative.objects.get().name == "Customer churn"


def test_an_owner_must_be_a_member(team: Team, churn: Initiative) -> None:
    wrong = refused(team.manager.call("patch", URL, {"owner": "stranger@example.org"}), 400)
    assert pointers(wrong) == {"/owner"}
    assert ok(team.manager.call("patch", URL, {"owner": None}))["owner"] is None
    assert ok(team.manager.call("patch", URL, {"owner": "Viewer@Example.org"}))["owner"] == "viewer@example.org"


def test_what_is_not_declared_is_refused_by_name(team: Team, churn: Initiative) -> None:
    wrong = refused(team.manager.call("patch", URL, {"version": 7, "key": "NEW", "workspace": 1}), 400)
    assert pointers(wrong) == {"/version", "/key", "/workspace"}
    assert pointers(refused(team.manager.call("post", "initiatives/", {"name": "x", "archived": True}), 400)) == {
        "/archived"
    }
    assert pointers(refused(team.viewer.call("get", "initiatives/?owner__email=a"), 400)) == {"/owner__email"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 161),
        ("stage", "later"),
        ("target_date", "0001-01-01"),
        ("target_date", "tomorrow"),
        ("criticality", None),
        ("links", [{"title": "x", "url": "javascript:alert(1)"}]),
        ("links", [{"title": "x"}]),
        ("archived", "yes"),
    ],
)
def test_wrong_values_are_named(team: Team, churn: Initiative, field: str, value: object) -> None:
    wrong = refused(team.manager.call("patch", URL, {field: value}), 400)
    assert all(pointer.startswith(f"/{field}") for pointer in pointers(wrong)) and wrong["errors"]


def test_a_key_is_taken_once_and_in_form(team: Team, churn: Initiative) -> None:
    for key in ("CHURN", "churn", "A" * 41, "A/B"):
        assert pointers(refused(team.manager.call("post", "initiatives/", {"name": "x", "key": key}), 400)) == {"/key"}


def test_two_writers_do_not_overwrite_each_other(team: Team, churn: Initiative) -> None:
    etag = team.manager.call("get", URL)["ETag"]
    first = team.manager.call("patch", URL, {"name": "First"}, if_match=etag)
    ok(first)
    second = refused(team.manager.call("patch", URL, {"name": "Second"}, if_match=etag), 412, "version_conflict")
    assert second["current"]["name"] == "First"
    ok(team.manager.call("patch", URL, {"name": "Second"}, if_match=first["ETag"]))
    assert team.viewer.call("get", URL, if_none_match=first["ETag"]).status_code == 200
    assert team.viewer.call("get", URL, if_none_match=team.viewer.call("get", URL)["ETag"]).status_code == 304


def test_lists_are_filtered(team: Team, churn: Initiative) -> None:
    ok(team.manager.call("post", "initiatives/", {"name": "b", "key": "B", "stage": "data", "state": "paused"}), 201)
    ok(team.manager.call("post", "initiatives/", {"name": "c", "key": "C", "owner": "viewer@example.org"}), 201)
    ok(team.manager.call("patch", "initiatives/C/", {"archived": True}))

    def keys(query: str) -> list[str]:
        return [row["key"] for row in ok(team.viewer.call("get", f"initiatives/?{query}"))["data"]]

    assert keys("") == ["B", "CHURN"]
    assert keys("stage=data&state=paused") == ["B"]
    assert keys("archived=true") == ["C"]
    assert keys("archived=true&owner=viewer@example.org") == ["C"]
    assert keys("criticality=critical") == []


def test_archived_ones_come_back(team: Team, churn: Initiative) -> None:
    assert ok(team.manager.call("patch", URL, {"archived": True, "name": "Old"}))["archived_at"]
    shown = ok(team.manager.call("patch", URL, {"archived": False}))
    assert (shown["archived_at"], shown["name"]) == (None, "Old")


def test_pages_of_a_list(team: Team) -> None:
    for number in range(5):
        ok(team.manager.call("post", "initiatives/", {"name": f"n{number}", "key": f"N{number}"}), 201)
    first = ok(team.viewer.call("get", "initiatives/?limit=2"))
    second = ok(team.viewer.call("get", first["next"].partition("/api/v1/")[2]))
    assert [row["key"] for row in first["data"] + second["data"]] == ["N0", "N1", "N2", "N3"]
    assert first["prev"] is None and second["prev"]
    refused(team.viewer.call("get", "initiatives/?limit=201"), 400)
    refused(team.viewer.call("get", "initiatives/?cursor=abc"), 400, "bad_cursor")


def test_a_stage_is_kept(team: Team, churn: Initiative) -> None:
    moved = ok(team.manager.call("post", URL + "stages/", {"stage": "data", "note": "We have it."}), 201)
    assert (moved["stage"], moved["note"], moved["by"]) == ("data", "We have it.", "manager@example.org")
    past = {"stage": "retired", "at": "2020-01-01T00:00:00+01:00"}
    assert ok(team.manager.call("post", URL + "stages/", past), 201)["at"] == "2019-12-31T23:00:00.000000Z"
    assert [row["stage"] for row in ok(team.viewer.call("get", URL + "stages/"))["data"]] == [
        "data",
        "framing",
        "retired",
    ]
    assert ok(team.viewer.call("get", URL))["stage"] == "data"
    for body in ({}, {"stage": "data", "at": "2999-01-01T00:00:00Z"}, {"stage": "data", "at": "2026-01-01T00:00:00"}):
        refused(team.manager.call("post", URL + "stages/", body), 400)
    refused(team.contributor.call("post", URL + "stages/", {"stage": "data"}), 403)


def test_a_word_declares_a_health(team: Team, churn: Initiative) -> None:
    said = ok(team.contributor.call("post", URL + "updates/", {"health": "at_risk", "text": "Labels are late."}), 201)
    assert (said["health"], said["by"]) == ("at_risk", "contributor@example.org")
    assert ok(team.viewer.call("get", URL + "updates/"))["data"] == [said]
    refused(team.viewer.call("post", URL + "updates/", {"health": "at_risk"}), 403)
    assert pointers(refused(team.contributor.call("post", URL + "updates/", {"health": "no_data"}), 400)) == {"/health"}


def test_the_same_key_makes_one_initiative(team: Team) -> None:
    body = {"name": "Once"}
    first = team.manager.call("post", "initiatives/", body, idempotency_key="k1")
    again = team.manager.call("post", "initiatives/", body, idempotency_key="k1")
    assert ok(first, 201) == ok(again, 201)
    assert (again["Idempotency-Replayed"], again["Location"]) == ("true", first["Location"])
    refused(team.manager.call("post", "initiatives/", {"name": "Other"}, idempotency_key="k1"), 422, "key_reused")
    assert Initiative.objects.count() == 1
