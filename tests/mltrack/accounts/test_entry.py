"""The ways in: the first person's code, invitations, sign-in and its lock."""

from __future__ import annotations

import pytest
from django.test import Client

from mltrack.accounts.models import AuditEvent, Invitation, Member, Role, User
from mltrack.accounts.services import first_run
from tests.mltrack.accounts.conftest import PASSWORD, People

FIRST = {"name": "A", "email": "first@example.org", "password": PASSWORD, "workspace_name": "North"}


@pytest.mark.django_db
def test_the_first_person_comes_in_by_the_code_once() -> None:
    code = first_run.issue_code()
    client = Client()
    assert client.get("/").headers["Location"] == "/first-run/"
    assert client.post("/first-run/", {**FIRST, "code": "WRONG-CODE"}).status_code == 422
    assert User.objects.count() == 0
    answer = client.post("/first-run/", {**FIRST, "code": code})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/w/north/")
    assert Member.objects.get().role == Role.ADMIN
    assert client.get("/first-run/").status_code == 404
    assert first_run.issue_code() is None


@pytest.mark.django_db
def test_a_weak_password_is_refused_and_nobody_is_made() -> None:
    code = first_run.issue_code()
    answer = Client().post("/first-run/", {**FIRST, "code": code, "password": "12345"})
    assert answer.status_code == 422
    assert b"too short" in answer.content
    assert User.objects.count() == 0


@pytest.mark.django_db
def test_a_new_code_replaces_the_old_one() -> None:
    old = first_run.issue_code()
    first_run.issue_code()
    assert Client().post("/first-run/", {**FIRST, "code": old}).status_code == 422


def _invite(people: People, email: str, role: str = "contributor") -> str:
    answer = people.client(people.admin).post("/w/north/settings/members/", {"email": email, "role": role})
    return str(answer.context["link"]).removeprefix("http://testserver")


def test_who_has_no_password_is_led_to_set_one(people: People) -> None:
    people.viewer.set_unusable_password()
    people.viewer.save()
    client = people.client(people.viewer)
    page = client.get("/accounts/password/change/", follow=True)
    assert (page.status_code, page.redirect_chain) == (200, [("/accounts/password/set/", 302)])
    assert "You have no password here yet." in page.content.decode()
    word = "correct horse battery"
    short = client.post("/accounts/password/set/", {"password1": "short", "password2": "short"})
    assert "account_set_password" in short.resolver_match.view_name and short.context["form"].errors
    assert client.post("/accounts/password/set/", {"password1": word, "password2": word}).status_code == 302
    people.viewer.refresh_from_db()
    assert people.viewer.check_password(word)
    assert AuditEvent.objects.filter(object_kind="password", object_key=people.viewer.email).exists()
    assert client.get("/accounts/password/set/")["Location"] == "/accounts/password/change/"


def test_an_invitation_works_once_for_a_new_person(people: People) -> None:
    link = _invite(people, "new@example.org")
    client = Client()
    assert b"new@example.org" in client.get(link).content
    assert client.post(link, {"name": "New", "password": PASSWORD}).status_code == 302
    assert Member.objects.get(user__email="new@example.org").role == Role.CONTRIBUTOR
    assert Client().get(link).status_code == 404
    assert AuditEvent.objects.filter(action="join", object_key="new@example.org").exists()


def test_an_invitation_is_bound_to_its_address(people: People) -> None:
    link = _invite(people, "new@example.org")
    answer = people.client(people.stranger).post(link)
    assert not Member.objects.filter(workspace=people.workspace, user=people.stranger).exists()
    assert b"This invitation is for new@example.org" in answer.content


def test_an_invitation_does_not_take_over_an_account(people: People) -> None:
    link = _invite(people, people.stranger.email)
    answer = Client().post(link, {"name": "X", "password": "another long phrase"})
    assert answer.status_code == 422
    assert b"sign in first" in answer.content
    assert people.stranger.check_password(PASSWORD)


def test_only_the_hash_of_an_invitation_is_kept(people: People) -> None:
    secret = _invite(people, "new@example.org").rstrip("/").rpartition("/")[2]
    assert secret not in str(Invitation.objects.values().get())


def test_a_revoked_invitation_is_gone(people: People) -> None:
    link = _invite(people, "new@example.org")
    public_id = Invitation.objects.get().public_id
    people.client(people.admin).post(f"/w/north/settings/invitations/{public_id}/revoke/")
    assert Client().get(link).status_code == 404


def test_sign_in_and_the_lock_after_five_wrong_passwords(people: People) -> None:
    client = Client()
    form = {"login": people.viewer.email, "password": PASSWORD}
    assert client.post("/accounts/login/", form).status_code == 302
    guesser = Client()
    for _ in range(5):
        guesser.post("/accounts/login/", {**form, "password": "wrong"})
    locked = guesser.post("/accounts/login/", form)
    assert locked.status_code == 200
    assert b"Too many failed login attempts" in locked.content


def test_nobody_signs_up_by_themselves(people: People) -> None:
    answer = Client().post(
        "/accounts/signup/", {"email": "x@example.org", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert b"Sign-up is closed" in answer.content
    assert not User.objects.filter(email="x@example.org").exists()


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/password/reset/", "/accounts/inactive/", "/accounts/signup/"]
)
def test_the_pages_before_the_sign_in_are_ours(people: People, path: str) -> None:
    assert b'class="bare"' in Client().get(path).content


def test_short_paths_lead_to_the_workspace_and_keep_the_query(people: People) -> None:
    answer = people.client(people.viewer).get("/settings/tokens/?a=1")
    assert answer.headers["Location"] == "/w/north/settings/tokens/?a=1"
    assert Client().get("/settings/tokens/").headers["Location"].startswith("/accounts/login/?next=")


def test_whoever_runs_the_installation_makes_workspaces(people: People) -> None:
    assert people.client(people.admin).get("/workspaces/new/").status_code == 403
    User.objects.filter(pk=people.admin.pk).update(is_superuser=True)
    client = people.client(people.admin)
    assert client.get("/workspaces/new/").status_code == 200
    assert client.post("/workspaces/new/", {"name": "North"}).status_code == 422
    assert client.post("/workspaces/new/", {"name": "Test bench"}).headers["Location"] == "/w/test-bench/"
    assert Member.objects.get(workspace__key="test-bench").role == Role.ADMIN
    assert Client().get("/workspaces/new/").status_code == 302


def test_a_person_without_a_workspace_is_told_so(people: People) -> None:
    Member.objects.filter(user=people.viewer).delete()
    answer = people.client(people.viewer).get("/")
    assert answer.status_code == 404
    assert b"You belong to no workspace" in answer.content
