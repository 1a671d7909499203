"""People around one initiative: its owner, members of each kind, and a stranger; each with a browser."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client

from mltrack.accounts.access import Principal
from projects.models import Initiative
from tests.factories import make_member, make_stranger, make_workspace
from tests.kpis.world import GOOD, aimed, judged, report


@dataclass(frozen=True)
class Place:
    """An initiative with targets and a good run, judged, and the people around it."""

    owner: Principal
    manager: Principal
    contributor: Principal
    viewer: Principal
    approver: Principal
    stranger: Principal
    initiative: Initiative

    @property
    def people(self) -> dict[str, Principal]:
        """Everybody by their part."""
        names = ("owner", "manager", "contributor", "viewer", "approver", "stranger")
        return {name: getattr(self, name) for name in names}

    def url(self, rest: str = "") -> str:
        """Return the address of one of the initiative's pages."""
        return f"/w/{self.owner.workspace.key}/initiatives/{self.initiative.key}/{rest}"

    def judge(self) -> None:
        """Judge the initiative now, as the worker does."""
        judged(self.initiative)


def browser(person: Principal) -> Client:
    """Return a browser in which a person is signed in."""
    assert person.user is not None
    client = Client()
    client.force_login(person.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def place(db: None) -> Place:
    """The initiative and its people."""
    owner = make_workspace()
    workspace = owner.workspace
    initiative = aimed(owner)
    report(initiative, "good", GOOD)
    judged(initiative)
    return Place(
        owner=owner,
        manager=make_member(workspace, "manager"),
        contributor=make_member(workspace, "contributor"),
        viewer=make_member(workspace, "viewer"),
        approver=make_member(workspace, "viewer", is_approver=True),
        stranger=make_stranger(),
        initiative=initiative,
    )
