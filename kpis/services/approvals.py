"""Who may confirm a request: a person who did not make it."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from kpis.selectors.approvals import is_author, self_approves
from mltrack.accounts.access import Principal


def approves_own(principal: Principal, author_id: int | None) -> bool:
    """Say whether this approval is a self-approval; raise ValidationError where that is not allowed.

    Only a workspace with one active member that allows self-approval has them; they are kept as such.
    """
    if principal.user is None:
        raise ValidationError({"approver": "Only a person can approve this."})
    if not is_author(principal, author_id):
        return False
    if self_approves(principal.workspace):
        return True
    raise ValidationError({"approver": "Somebody else must approve what you asked for."})


def takes_back_own(principal: Principal, author_id: int | None) -> None:
    """Raise ValidationError unless the person asked for it: others reject, as approvers."""
    if not is_author(principal, author_id):
        raise ValidationError({"author": "Only its author takes back what waits; an approver rejects it."})
