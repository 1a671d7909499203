"""Callers of the API: every role of a workspace with a token, and a stranger."""

from __future__ import annotations

from typing import Any

from mltrack.accounts.access import Principal, principal_of_token
from mltrack.accounts.models import Member, User, Workspace
from mltrack.accounts.services.workspaces import create_workspace
from tests.mltrack.accounts.api.callers import Caller, caller


class Team:
    """A workspace `north` with one caller per role, and a stranger's workspace."""

    def __init__(self) -> None:
        self.admin = newcomer("admin")
        self.workspace = self.admin.workspace
        self.manager = member_of(self.workspace, "manager")
        self.contributor = member_of(self.workspace, "contributor")
        self.viewer = member_of(self.workspace, "viewer")
        self.approver = member_of(self.workspace, "viewer", "approver", is_approver=True)
        self.lead = member_of(self.workspace, "viewer", "lead", is_labeling_lead=True)
        self.stranger = newcomer("stranger")
        Member.objects.filter(user=self.stranger.user).update(is_labeling_lead=True)

    @property
    def principal(self) -> Principal:
        """The admin, for services."""
        return self.principal_of(self.admin)

    def let_the_admin_lead(self) -> None:
        """Make the admin a labeling lead too, who gets in everywhere."""
        Member.objects.filter(user=self.admin.user).update(is_labeling_lead=True)

    @staticmethod
    def principal_of(one: Caller) -> Principal:
        """Return a caller, for services."""
        return principal_of_token(one.token)


def newcomer(name: str) -> Caller:
    """Return an admin who is an approver of a workspace of their own."""
    user = User.objects.create_user(f"{name}@example.org")
    workspace, _ = create_workspace(user, name=name.title())
    return caller(user, workspace)


def member_of(workspace: Workspace, role: str, name: str = "", **flags: bool) -> Caller:
    """Return a new member with a token that has every scope."""
    user = User.objects.create_user(f"{name or role}@example.org")
    Member.objects.create(workspace=workspace, user=user, role=role, **flags)
    return caller(user, workspace)


def content_of(answer: Any) -> bytes:
    """Return what an answer holds, sent in pieces or at once."""
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def ok(answer: Any, status: int = 200) -> Any:
    """Return the JSON of an answer with this status."""
    assert answer.status_code == status, (answer.status_code, answer.content[:600])
    return answer.json() if answer.content else None


def refused(answer: Any, status: int, code: str = "") -> Any:
    """Return the problem of a refused request."""
    body = ok(answer, status)
    assert answer["Content-Type"] == "application/problem+json"
    assert body["status"] == status and body["request_id"]
    assert not code or body["code"] == code, body
    return body


def pointers(problem: Any) -> set[str]:
    """Return where a problem says that the request is wrong."""
    return {error["pointer"] for error in problem["errors"]}
