"""Who may decide what waits for a second person: the one rule that pages show and services enforce."""

from __future__ import annotations

from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member, Workspace
from mltrack.accounts.policy import Power


def is_workspace_of_one(workspace: Workspace) -> bool:
    """Say whether a workspace has a single active member."""
    return Member.objects.filter(workspace=workspace, user__is_active=True).count() == 1


def is_author(principal: Principal, author_id: int | None) -> bool:
    """Say whether a person asked for it; nobody did where the author has left."""
    return principal.user is not None and principal.user.pk == author_id


def self_approves(workspace: Workspace) -> bool:
    """Say whether a person may approve what they asked for: alone in a workspace that allows it."""
    return workspace.allows_self_approval and is_workspace_of_one(workspace)


def may_approve(principal: Principal, author_id: int | None) -> bool:
    """Say whether an approval of what `author_id` asked for would be accepted; one query for one's own at most."""
    if principal.user is None or not principal.may(Power.APPROVE):
        return False
    return not is_author(principal, author_id) or self_approves(principal.workspace)


def may_take_back(principal: Principal, author_id: int | None) -> bool:
    """Say whether a person may end what somebody gave or asked for: its author, and every manager."""
    return is_author(principal, author_id) or principal.may(Power.WRITE_INITIATIVES)


def may_reject(principal: Principal, author_id: int | None) -> bool:
    """Say whether a person may turn a proposal down: every approver, and its author, who takes it back so."""
    return is_author(principal, author_id) or principal.may(Power.APPROVE)
