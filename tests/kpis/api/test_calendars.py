"""Links for calendar programs by REST: one's own, with an address that is told once."""

from __future__ import annotations

import pytest
from django.test import Client

from kpis.models import CalendarLink
from mltrack.accounts.models import AuditEvent, IdempotencyRecord
from tests.api.people import Team, ok, pointers, refused
from tests.factories import make_initiative
from tests.mltrack.accounts.api.callers import caller

pytestmark = pytest.mark.django_db


def test_the_address_is_told_once_and_works(team: Team) -> None:
    make_initiative(team.principal)
    made = ok(team.contributor.call("post", "calendars/", {"initiative": "CHURN"}), 201)
    assert made.pop("url").startswith("http://testserver/calendars/")
    assert made["initiative"] == "CHURN" and made["last_used_at"] is None
    whole = ok(team.contributor.call("post", "calendars/", {}), 201)
    assert whole["initiative"] is None
    path = whole.pop("url").removeprefix("http://testserver")
    assert Client().get(path).status_code == 200
    newest, other = ok(team.contributor.call("get", "calendars/"))["data"]
    assert newest.pop("last_used_at") is not None and other == made
    ok(team.contributor.call("delete", f"calendars/{whole['id']}/"), 204)
    assert Client().get(path).status_code == 404
    assert [each["id"] for each in ok(team.contributor.call("get", "calendars/"))["data"]] == [made["id"]]
    actions = AuditEvent.objects.filter(object_kind="calendar link").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["create", "create", "revoke"]


def test_a_repeated_request_is_not_told_the_address_again(team: Team) -> None:
    first = ok(team.contributor.call("post", "calendars/", {}, Idempotency_Key="one"), 201)
    again = team.contributor.call("post", "calendars/", {}, Idempotency_Key="one")
    assert again["Idempotency-Replayed"] == "true" and ok(again, 201) == {**first, "url": None}
    assert CalendarLink.objects.count() == 1
    secret = first["url"].split("/")[-1].removesuffix(".ics")
    assert secret not in IdempotencyRecord.objects.get().body


def test_links_are_their_owners_alone(team: Team) -> None:
    made = ok(team.admin.call("post", "calendars/", {}), 201)
    assert ok(team.contributor.call("get", "calendars/"))["data"] == []
    for other in (team.contributor, team.manager, team.stranger):
        refused(other.call("delete", f"calendars/{made['id']}/"), 404)
    # A link outlives its token, so a token that may only read makes none.
    reader = caller(team.admin.user, team.workspace, scopes=["read"])
    refused(reader.call("post", "calendars/", {}), 403)
    assert ok(reader.call("get", "calendars/"))["data"] == [{n: v for n, v in made.items() if n != "url"}]


def test_what_is_not_here_and_too_many_are_refused(team: Team) -> None:
    problem = refused(team.contributor.call("post", "calendars/", {"initiative": "NONE"}), 400)
    assert pointers(problem) == {"/initiative"}
    for _ in range(20):
        ok(team.contributor.call("post", "calendars/", {}), 201)
    assert "at most 20 links" in refused(team.contributor.call("post", "calendars/", {}), 400)["detail"]
