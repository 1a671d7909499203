"""Sprints by REST."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from projects.models import Sprint
from projects.services.tasks import create_task
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_connection, make_initiative

pytestmark = pytest.mark.django_db
URL = "sprints/"


def days(first: int, last: int) -> dict[str, str]:
    """Return a sprint's days, counted from today."""
    today = timezone.now().date()
    return {
        "starts_on": (today + timedelta(days=first)).isoformat(),
        "ends_on": (today + timedelta(days=last)).isoformat(),
    }


def made(team: Team, name: str = "One", first: int = 0, last: int = 13) -> Any:
    return ok(team.manager.call("post", URL, {"name": name, "goal": "Ship it", **days(first, last)}), 201)


def test_a_sprint_is_made_changed_and_deleted(team: Team) -> None:
    one = made(team)
    assert one["id"].startswith("spr_") and (one["state"], one["version"]) == ("active", 1)
    assert (one["is_mirrored"], one["connection"], one["closed_at"]) == (False, None, None)
    path = f"{URL}{one['id']}/"
    answer = team.viewer.call("get", path)
    assert ok(answer) == one
    changed = team.manager.call("patch", path, {"goal": "Ship all"}, If_Match=answer["ETag"])
    assert ok(changed)["goal"] == "Ship all" and ok(changed)["version"] == 2
    stale = team.manager.call("patch", path, {"goal": "No"}, If_Match=answer["ETag"])
    assert refused(stale, 412, "version_conflict")["current"]["goal"] == "Ship all"
    refused(team.manager.call("delete", path, If_Match=answer["ETag"]), 412)
    ok(team.manager.call("delete", path, If_Match=changed["ETag"]), 204)
    refused(team.manager.call("get", path), 404)


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"name": ""}, "/name"),
        ({"name": "One"}, "/name"),
        ({"ends_on": "2020-01-01"}, "/ends_on"),
        ({"starts_on": "soon"}, "/starts_on"),
        ({"goal": 5}, "/goal"),
        ({"closed_at": None}, "/closed_at"),
    ],
)
def test_what_is_wrong_is_named(team: Team, body: dict[str, Any], wrong: str) -> None:
    made(team)
    problem = refused(team.manager.call("post", URL, {"name": "Two", **days(0, 1), **body}), 400)
    assert pointers(problem) == {wrong}
    assert Sprint.objects.count() == 1


def test_the_same_key_makes_one(team: Team) -> None:
    body, key = {"name": "One", **days(0, 1)}, {"Idempotency_Key": "a"}
    first = ok(team.manager.call("post", URL, body, **key), 201)
    again = team.manager.call("post", URL, body, **key)
    assert ok(again, 201) == first and again["Idempotency-Replayed"] == "true"


def test_filters_and_pages(team: Team) -> None:
    spans = {"Over": (-20, -7), "Now": (-6, 7), "Next": (8, 21), "Later": (22, 35)}
    ids = {name: made(team, name, *span)["id"] for name, span in spans.items()}
    ok(team.manager.call("post", f"{URL}{ids['Later']}/roll-over/", {"into": None}))
    Sprint.objects.create(workspace=team.workspace, name="Loose", connection=make_connection(team.principal))

    def names(query: str) -> list[str]:
        return [each["name"] for each in ok(team.viewer.call("get", f"{URL}?{query}"))["data"]]

    assert names("limit=200") == ["Loose", "Later", "Next", "Now", "Over"]
    expected = {"planned": ["Loose", "Next"], "active": ["Now"], "over": ["Over"], "closed": ["Later"]}
    assert {state: names(f"state={state}") for state in expected} == expected
    assert names(f"from={days(8, 8)['starts_on']}&to={days(9, 9)['starts_on']}") == ["Next"]
    assert ok(team.viewer.call("get", f"{URL}?limit=2"))["next"]
    refused(team.viewer.call("get", f"{URL}?state=begun"), 400)


def test_rolling_over_takes_open_tasks_along_once(team: Team) -> None:
    churn = make_initiative(team.principal)
    one, two = made(team), made(team, "Two", 14, 27)
    inside = Sprint.objects.get(public_id=one["id"])
    create_task(team.principal, churn, title="open", sprint=inside)
    create_task(team.principal, churn, title="done", sprint=inside, status="done")
    path = f"{URL}{one['id']}/roll-over/"
    said = ok(team.manager.call("post", path, {"into": two["id"]}))
    assert (said["into"], said["tasks"]) == (two["id"], ["CHURN-1"])
    assert said["sprint"]["state"] == "closed"
    assert ok(team.manager.call("post", path, {"into": two["id"]}))["tasks"] == []
    assert pointers(refused(team.manager.call("post", path, {"into": "spr_other"}), 400)) == {"/into"}
    assert pointers(refused(team.manager.call("post", path, {}), 400)) == {"/into"}
    refused(team.contributor.call("post", path, {"into": None}), 403)
    assert refused(team.manager.call("delete", f"{URL}{two['id']}/"), 400)
