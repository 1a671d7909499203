"""Who may confirm a request: a person who did not make it."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member, Workspace


def is_workspace_of_one(workspace: Workspace) -> bool:
    """Say whether a workspace has a single active member."""
    return Member.objects.filter(workspace=workspace, user__is_active=True).count() == 1


def approves_own(principal: Principal, author_id: int | None) -> bool:
    """Say whether this approval is a self-approval; raise ValidationError where that is not allowed.

    Only a workspace with one active member that allows self-approval has them; they are kept as such.
    """
    if principal.user is None:
        raise ValidationError({"approver": "Only a person can approve this."})
    if principal.user.pk != author_id:
        return False
    if principal.workspace.allows_self_approval and is_workspace_of_one(principal.workspace):
        return True
    raise ValidationError({"approver": "Somebody else must approve what you asked for."})
