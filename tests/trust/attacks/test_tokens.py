"""Tokens and sessions of people who were demoted, deactivated or removed: the next request knows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from mltrack.accounts.models import ApiToken, Member, User
from mltrack.accounts.policy import SCOPES
from mltrack.accounts.services.members import edit_member, invite, open_invitation, remove_member
from mltrack.accounts.services.tokens import create_token, verify_token
from tests.api.people import Team
from tests.mltrack.accounts.api.callers import Caller, caller
from tests.trust.attacks.people import signed_in

pytestmark = pytest.mark.django_db
PAGE = "/w/admin/"
NEW = {"key": "MINE", "name": "Mine"}


def member_of(team: Team, one: Caller) -> Member:
    return Member.objects.get(workspace=team.workspace, user=one.user)


def demote(team: Team, one: Caller) -> None:
    edit_member(team.principal, member_of(team, one), role="viewer", is_approver=False)


def remove(team: Team, one: Caller) -> None:
    remove_member(team.principal, member_of(team, one))


def deactivate(team: Team, one: Caller) -> None:
    User.objects.filter(pk=one.user.pk).update(is_active=False)


@pytest.mark.parametrize(
    ("deed", "write", "read", "page"), [(demote, 403, 200, 200), (remove, 401, 401, 404), (deactivate, 401, 401, 302)]
)
def test_the_next_request_knows(
    team: Team, deed: Callable[[Team, Caller], None], write: int, read: int, page: int
) -> None:
    one, browser = team.manager, signed_in(team.manager.user)
    assert one.call("post", "initiatives/", NEW).status_code == 201 and browser.get(PAGE).status_code == 200
    deed(team, one)
    assert one.call("post", "initiatives/", {**NEW, "key": "OTHER"}).status_code == write
    assert one.call("get", "initiatives/").status_code == read
    assert browser.get(PAGE).status_code == page
    assert browser.post(f"{PAGE}initiatives/new/", {"name": "Again"}).status_code in (302, 403, 404)
    assert not one.workspace.initiatives.exclude(key="MINE").exists()


def test_who_comes_back_does_not_get_old_tokens_back(team: Team) -> None:
    remove(team, team.manager)
    Member.objects.create(workspace=team.workspace, user=team.manager.user, role="admin")
    assert team.manager.call("get", "initiatives/").status_code == 401


def test_scopes_of_a_higher_role_sleep_until_the_role_is_there(team: Team) -> None:
    wide = caller(team.viewer.user, team.workspace, list(SCOPES))
    assert wide.call("post", "initiatives/", NEW).status_code == 403
    Member.objects.filter(user=team.viewer.user).update(role="manager")
    assert wide.call("post", "initiatives/", NEW).status_code == 201


def test_a_token_ends_with_its_second(team: Team) -> None:
    ApiToken.objects.update(expires_at=timezone.now() + timedelta(seconds=30))
    assert team.viewer.call("get", "initiatives/").status_code == 200
    ApiToken.objects.update(expires_at=timezone.now())
    assert team.viewer.call("get", "initiatives/").status_code == 401


@pytest.mark.parametrize("days", [0, -1, 367, 10**6])
def test_no_token_lives_longer_than_a_year(team: Team, days: int) -> None:
    with pytest.raises(ValidationError):
        create_token(team.principal, user=team.admin.user, name="x", scopes=["read"], days=days)
    form = {"name": "x", "scopes": ["read"], "days": str(days)}
    assert signed_in(team.viewer.user).post(f"{PAGE}settings/tokens/", form).status_code == 422


def test_a_token_opens_no_other_workspace(team: Team) -> None:
    Member.objects.create(workspace=team.stranger.workspace, user=team.manager.user, role="admin")
    assert team.manager.call("post", "initiatives/", NEW).status_code == 201
    assert team.stranger.workspace.initiatives.count() == 0
    assert signed_in(team.manager.user).get("/w/stranger/initiatives/MINE/").status_code == 404


def parts(text: str) -> tuple[str, str, str]:
    prefix, public_id, secret = text.split("_")
    return prefix, public_id, secret


def test_pieces_of_two_tokens_make_none(team: Team) -> None:
    _, mine, _ = parts(team.admin.text)
    _, _, theirs = parts(team.viewer.text)
    for forged in (f"mlt_{mine}_{theirs}", f"mlt_{mine}_", f"mlt__{theirs}", f"mlt_{mine}_%", "mlt_%_%", "mlt_a_b_c"):
        assert verify_token(forged) is None
        answer = Client(headers={"Authorization": f"Bearer {forged}"}).get("/api/v1/token/")
        assert answer.status_code == 401


def test_a_token_is_nowhere_but_in_the_header(team: Team) -> None:
    text = team.admin.text
    places: list[dict[str, Any]] = [
        {"query_params": {"token": text}},
        {"query_params": {"access_token": text}},
        {"headers": {"Cookie": f"sessionid={text}"}},
        {"headers": {"X-Api-Key": text}},
        {"headers": {"Authorization": f"Basic {text}"}},
    ]
    for place in places:
        assert Client().get("/api/v1/initiatives/", **place).status_code == 401
    assert Client(headers={"Authorization": f"Bearer {text}"}).get(PAGE).status_code == 302


@pytest.mark.parametrize("deed", [demote, remove])
def test_an_admin_who_goes_leaves_no_way_back(team: Team, deed: Callable[[Team, Caller], None]) -> None:
    Member.objects.filter(user=team.manager.user).update(role="admin")
    second = team.principal_of(team.manager)
    _, own = invite(second, email="back@example.org", role="admin")
    _, other = invite(team.principal, email="else@example.org", role="viewer")
    deed(team, team.manager)
    assert open_invitation(own) is None and open_invitation(other) is not None
