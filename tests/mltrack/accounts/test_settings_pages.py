"""Members, tokens, audit and profile: who sees them, who changes them, what is left behind."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from mltrack.accounts.access import Principal
from mltrack.accounts.models import ApiToken, AuditEvent, Member, Role
from mltrack.accounts.services.audit import record_audit
from mltrack.accounts.services.tokens import verify_token
from tests.mltrack.accounts.conftest import People

PAGES = ["", "members/", "tokens/", "profile/"]


@pytest.mark.parametrize("page", PAGES)
def test_three_people_see_what_they_may(people: People, page: str) -> None:
    path = f"/w/north/settings/{page}"
    assert people.client(people.admin).get(path).status_code == 200
    assert people.client(people.viewer).get(path).status_code == 200
    assert people.client(people.stranger).get(path).status_code == 404
    assert Client().get(path).status_code == 302


def test_the_audit_trail_is_for_admins(people: People) -> None:
    assert people.client(people.admin).get("/w/north/settings/audit/").status_code == 200
    assert people.client(people.viewer).get("/w/north/settings/audit/").status_code == 403


def test_the_audit_trail_goes_back_to_its_beginning(people: People) -> None:
    principal = Principal(people.workspace, Role.ADMIN, people.admin)
    for number in range(205):
        record_audit(principal, "edit", "thing", f"number-{number:03}-")
    client, path, seen = people.client(people.admin), "/w/north/settings/audit/", []
    while path:
        page = client.get(path)
        seen += re.findall(r"number-(\d+)-", page.content.decode())
        cursor = page.context["found"].next
        path = f"/w/north/settings/audit/?cursor={cursor}" if cursor else ""
        assert ("Older" in page.content.decode()) == bool(cursor)
    assert [int(each) for each in seen] == list(range(204, -1, -1))
    assert "Newer" in page.content.decode()
    lost = client.get("/w/north/settings/audit/?cursor=nonsense", follow=True)
    assert lost.redirect_chain and "this is its first page" in lost.content.decode()


def test_a_viewer_changes_nothing(people: People) -> None:
    client = people.client(people.viewer)
    assert client.post("/w/north/settings/", {"name": "Mine"}).status_code == 403
    assert client.post("/w/north/settings/members/", {"email": "x@example.org", "role": "admin"}).status_code == 403
    own = Member.objects.get(workspace=people.workspace, user=people.viewer)
    assert client.post(f"/w/north/settings/members/{own.public_id}/", {"role": "admin"}).status_code == 403
    own.refresh_from_db()
    assert own.role == Role.VIEWER


def test_the_last_admin_stays(people: People) -> None:
    own = Member.objects.get(workspace=people.workspace, user=people.admin)
    client = people.client(people.admin)
    answer = client.post(f"/w/north/settings/members/{own.public_id}/", {"role": "viewer"}, follow=True)
    assert b"keeps at least one admin" in answer.content
    client.post(f"/w/north/settings/members/{own.public_id}/remove/")
    own.refresh_from_db()
    assert own.role == Role.ADMIN


def test_a_member_of_another_workspace_is_out_of_reach(people: People) -> None:
    other = Member.objects.get(user=people.stranger)
    answer = people.client(people.admin).post(f"/w/north/settings/members/{other.public_id}/remove/")
    assert answer.status_code == 404
    assert Member.objects.filter(pk=other.pk).exists()


def _make_token(people: People) -> str:
    form = {"name": "ci", "scopes": ["read", "gate"], "days": "30"}
    answer = people.client(people.viewer).post("/w/north/settings/tokens/", form)
    return str(answer.context["text"])


def test_a_token_is_shown_once_and_works(people: People) -> None:
    text = _make_token(people)
    found = verify_token(text)
    assert found is not None
    assert found.user == people.viewer
    assert text not in people.client(people.viewer).get("/w/north/settings/tokens/").content.decode()
    assert text.split("_")[2] not in str(ApiToken.objects.values().get())


@pytest.mark.parametrize(
    "broken", [lambda t: t[:-1], lambda t: t[:-1] + "x", lambda t: "", lambda t: t.replace("mlt_", "abc_")]
)
def test_a_changed_token_does_not_work(people: People, broken: object) -> None:
    assert verify_token(broken(_make_token(people))) is None  # type: ignore[operator]


def test_a_removed_member_loses_their_tokens(people: People) -> None:
    text = _make_token(people)
    own = Member.objects.get(workspace=people.workspace, user=people.viewer)
    people.client(people.admin).post(f"/w/north/settings/members/{own.public_id}/remove/")
    assert verify_token(text) is None


def test_somebody_elses_token_cannot_be_revoked_by_a_viewer(people: People) -> None:
    form = {"name": "ci", "scopes": ["read"], "days": "30"}
    text = people.client(people.admin).post("/w/north/settings/tokens/", form).context["text"]
    public_id = text.split("_")[1]
    assert people.client(people.viewer).post(f"/w/north/settings/tokens/{public_id}/revoke/").status_code == 404
    assert verify_token(text) is not None


def test_changes_leave_audit_events_with_before_and_after(people: People) -> None:
    fields = {"name": "Norden", "zone": "UTC", "first_weekday": "0", "fiscal_month": "1"}
    people.client(people.admin).post("/w/north/settings/", fields)
    event = AuditEvent.objects.get(action="edit", object_kind="workspace")
    assert (event.before["name"], event.after["name"], event.actor) == ("North", "Norden", people.admin)


def test_the_profile_keeps_a_name(people: People) -> None:
    people.client(people.viewer).post("/w/north/settings/profile/", {"name": "Vera"})
    people.viewer.refresh_from_db()
    assert people.viewer.name == "Vera"


def test_a_new_name_leaves_an_audit_event_in_each_workspace_of_the_person(people: People) -> None:
    south = Member.objects.get(user=people.stranger).workspace
    Member.objects.create(workspace=south, user=people.viewer, role=Role.VIEWER)
    before = people.viewer.name
    for _ in range(2):
        people.client(people.viewer).post("/w/north/settings/profile/", {"name": " Vera "})
    events = AuditEvent.objects.filter(action="rename", object_kind="member", object_key=people.viewer.email)
    assert {event.workspace for event in events} == {people.workspace, south}
    assert [(each.before, each.after, each.actor) for each in events] == [
        ({"name": before}, {"name": "Vera"}, people.viewer)
    ] * 2
