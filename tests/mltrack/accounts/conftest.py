"""Three people: an admin of the workspace, a viewer of it, and a stranger with a workspace of their own."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client

from mltrack.accounts.models import Member, Role, User, Workspace
from mltrack.accounts.services.workspaces import create_workspace

PASSWORD = "a long enough phrase"


@dataclass(frozen=True)
class People:
    """The three, and the workspace that the first two share."""

    workspace: Workspace
    admin: User
    viewer: User
    stranger: User

    def client(self, user: User) -> Client:
        """Return a browser in which the person is signed in."""
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client


@pytest.fixture
def people(db: None) -> People:
    """The three people."""
    admin, viewer, stranger = (User.objects.create_user(f"{name}@example.org", PASSWORD) for name in "avs")
    workspace, _ = create_workspace(admin, name="North")
    create_workspace(stranger, name="South")
    Member.objects.create(workspace=workspace, user=viewer, role=Role.VIEWER)
    return People(workspace, admin, viewer, stranger)
