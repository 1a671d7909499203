"""Who asks, and whether they may. Every object is reached through the principal's workspace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from mltrack.accounts.models import ApiToken, Member, User, Workspace
from mltrack.accounts.policy import Power, holds
from mltrack.days import day_in


@dataclass(frozen=True)
class Principal:
    """One person, or their token, in one workspace. `user` is None for the system's own work.

    `seen_at` is when they were here last, as far as that was noted. `is_labeling_lead` lets them see figures of single
    annotators, which no role does. `workspaces` are all that a person who is signed in belongs to, this one
    first and then the last visited: pages show them, so they are read with the principal.
    """

    workspace: Workspace
    role: str
    user: User | None = None
    is_approver: bool = False
    token: ApiToken | None = None
    scopes: frozenset[str] | None = None
    request_id: str = ""
    seen_at: datetime | None = None
    is_labeling_lead: bool = False
    workspaces: tuple[Workspace, ...] = ()

    @property
    def today(self) -> date:
        """The present day in the workspace's zone."""
        return day_in(self.workspace.zone, timezone.now())

    def may(self, power: Power) -> bool:
        """Say whether this principal has the power."""
        flags = {"is_approver": self.is_approver, "is_labeling_lead": self.is_labeling_lead}
        return holds(self.role, self.scopes, power, **flags)


def principal_in(user: User, workspace_key: str, request_id: str = "") -> Principal:
    """Return the signed-in person's principal in a workspace; a stranger gets 404."""
    members = visited_first(
        Member.objects.select_related("workspace", "user").filter(user_id=user.pk, user__is_active=True)
    )
    member = next((each for each in members if each.workspace.key == workspace_key), None)
    if member is None:
        raise Http404("No such workspace.")
    others = [each.workspace for each in members if each is not member]
    return replace(_principal(member, request_id), workspaces=(member.workspace, *others))


def visited_first(members: Iterable[Member]) -> list[Member]:
    """Return a person's memberships, that of the workspace which they visited last first."""
    return sorted(members, key=lambda m: (m.last_seen_at is not None, m.last_seen_at or m.created_at), reverse=True)


def principal_of_token(token: ApiToken, request_id: str = "") -> Principal:
    """Return the principal of a valid token: its scopes, cut to its owner's present role.

    Raises PermissionDenied when the owner is deactivated or no longer a member.
    """
    member = (
        Member.objects.select_related("workspace", "user")
        .filter(workspace_id=token.workspace_id, user_id=token.user_id, user__is_active=True)
        .first()
    )
    if member is None:
        raise PermissionDenied("The token's owner is no longer a member of this workspace.")
    return principal_of_member(member, token, request_id)


def principal_of_member(member: Member, token: ApiToken, request_id: str = "") -> Principal:
    """Return the principal of a valid token whose active owner's membership is loaded, with user and workspace."""
    return replace(_principal(member, request_id), token=token, scopes=frozenset(token.scopes))


def system_principal(workspace: Workspace, request_id: str = "") -> Principal:
    """Return the principal of work that nobody asked for in person: pulls, sweeps, samples."""
    return Principal(workspace=workspace, role="admin", request_id=request_id)


def require(principal: Principal, power: Power) -> None:
    """Raise PermissionDenied, with the role or scope that is missing in words, unless the power is held."""
    if principal.may(power):
        return
    if principal.scopes is not None and power.scope not in principal.scopes:
        raise PermissionDenied(f"This token lacks the scope {power.scope}.")
    if power is Power.APPROVE:
        raise PermissionDenied("Only an approver may do this.")
    if power is Power.SEE_ANNOTATORS:
        raise PermissionDenied("Only a labeling lead may see figures of single annotators.")
    raise PermissionDenied(f"This needs the role {power.role} or above; yours is {principal.role}.")


def _principal(member: Member, request_id: str) -> Principal:
    return Principal(
        workspace=member.workspace,
        role=member.role,
        user=member.user,
        is_approver=member.is_approver,
        request_id=request_id,
        seen_at=member.last_seen_at,
        is_labeling_lead=member.is_labeling_lead,
    )
