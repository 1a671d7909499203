"""Invitations: bound to one address, used once, kept as a hash, not to be guessed or stretched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from mltrack.accounts.models import Invitation, Member, User
from mltrack.accounts.services.members import INVITATION_DAYS, invite
from tests.api.people import Team
from tests.trust.attacks.people import signed_in

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"
FORM = {"name": "New", "password": PASSWORD}


def invited(team: Team, email: str = "new@example.org", role: str = "viewer") -> str:
    _, secret = invite(team.principal, email=email, role=role)
    return f"/invitations/{secret}/"


def test_a_form_cannot_ask_for_more_than_the_invitation(team: Team) -> None:
    wishes = {"role": "admin", "is_approver": "on", "email": "other@example.org", "is_superuser": "1", "workspace": "x"}
    assert Client().post(invited(team), {**FORM, **wishes}).status_code == 302
    member = Member.objects.get(user__email="new@example.org")
    assert (member.role, member.is_approver, member.user.is_superuser) == ("viewer", False, False)
    assert not User.objects.filter(email="other@example.org").exists()


def test_it_works_once_and_for_nobody_else(team: Team) -> None:
    link = invited(team)
    stranger = signed_in(team.stranger.user)
    stranger.post(link)
    assert not Member.objects.filter(workspace=team.workspace, user=team.stranger.user).exists()
    assert Client().post(link, FORM).status_code == 302
    for again in (Client(), stranger, signed_in(User.objects.get(email="new@example.org"))):
        assert again.post(link, {**FORM, "name": "Again"}).status_code == 404
    assert Member.objects.filter(workspace=team.workspace, user__email="new@example.org").count() == 1


@pytest.mark.parametrize("spelling", ["NEW@example.org", " new@example.org "])
def test_another_spelling_is_the_same_address(team: Team, spelling: str) -> None:
    first = invited(team)
    second = invited(team, spelling)
    assert Client().get(first).status_code == 404
    assert Client().post(second, FORM).status_code == 302
    assert User.objects.filter(email="new@example.org").count() == 1


def test_it_raises_no_present_member(team: Team) -> None:
    User.objects.create_user("soon@example.org", PASSWORD)
    link = invited(team, "soon@example.org", role="admin")
    soon = User.objects.get(email="soon@example.org")
    Member.objects.create(workspace=team.workspace, user=soon, role="viewer")
    signed_in(soon).post(link)
    assert Member.objects.get(workspace=team.workspace, user=soon).role == "viewer"


def test_it_ends_after_a_week(team: Team) -> None:
    link = invited(team)
    kept = Invitation.objects.get()
    assert kept.expires_at - kept.created_at <= timedelta(days=INVITATION_DAYS, seconds=5)
    Invitation.objects.update(expires_at=timezone.now())
    assert Client().get(link).status_code == 404 and Client().post(link, FORM).status_code == 404


def test_what_is_kept_opens_nothing(team: Team) -> None:
    link = invited(team)
    kept = Invitation.objects.get()
    assert link.split("/")[2] not in str(Invitation.objects.values().get())
    for guess in (kept.token_hash, kept.public_id, str(kept.pk), "None", "x" * 5000):
        assert Client().post(f"/invitations/{guess}/", FORM).status_code == 404


def test_two_links_share_nothing(team: Team) -> None:
    links = {invited(team, f"new{number}@example.org") for number in range(20)}
    assert len({link[:20] for link in links}) == 20 and all(len(link.split("/")[2]) >= 43 for link in links)


def test_only_an_admin_invites(team: Team) -> None:
    for one in (team.viewer, team.contributor, team.manager, team.approver, team.stranger):
        form = {"email": "x@example.org", "role": "admin"}
        assert signed_in(one.user).post("/w/admin/settings/members/", form).status_code in (403, 404)
    assert not Invitation.objects.exists()
