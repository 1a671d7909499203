"""Three callers of the API: owner, member, stranger; each a test client with a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client

from mltrack.accounts.access import principal_in
from mltrack.accounts.models import ApiToken, Member, User, Workspace
from mltrack.accounts.policy import SCOPES
from mltrack.accounts.services.tokens import create_token
from mltrack.accounts.services.workspaces import create_workspace


@dataclass(frozen=True)
class Caller:
    """A person with a token of one workspace."""

    user: User
    workspace: Workspace
    token: ApiToken
    text: str

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Return the answer to a request below `/api/v1/`; bytes are sent as they are."""
        send = getattr(Client(raise_request_exception=False), method.lower())
        options: dict[str, Any] = {"headers": {"Authorization": f"Bearer {self.text}", **_names(headers)}}
        if body is not None:
            options |= {"data": body, "content_type": headers.get("content_type", "application/json")}
        return send(f"/api/v1/{path}", **options)


def _names(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items() if name != "content_type"}


@dataclass(frozen=True)
class Callers:
    """Owner and member share a workspace; the stranger has their own."""

    owner: Caller
    member: Caller
    stranger: Caller


def caller(user: User, workspace: Workspace, scopes: list[str] | None = None) -> Caller:
    """Return the person with a new token of the workspace, by default with every scope."""
    principal = principal_in(user, workspace.key)
    token, text = create_token(principal, user=user, name="test", scopes=scopes or list(SCOPES))
    return Caller(user, workspace, token, text)


def make_callers() -> Callers:
    """Return the three."""
    owner, member, stranger = (User.objects.create_user(f"{name}@example.org") for name in "oms")
    workspace, _ = create_workspace(owner, name="North")
    elsewhere, _ = create_workspace(stranger, name="South")
    Member.objects.create(workspace=workspace, user=member, role="viewer")
    return Callers(caller(owner, workspace), caller(member, workspace), caller(stranger, elsewhere))
