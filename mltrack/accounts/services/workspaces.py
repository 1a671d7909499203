"""Workspaces: made, renamed, and remembered as the last one a person was in."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member, Role, User, Workspace
from mltrack.accounts.services.audit import record_audit

VISIT = timedelta(minutes=1)


@transaction.atomic
def create_workspace(
    user: User, *, name: str, key: str = "", is_sample: bool = False, request_id: str = ""
) -> tuple[Workspace, Member]:
    """Return a new workspace and its first member: `user` as admin and approver.

    Raises ValidationError when the name is empty or the key is taken.
    """
    name = name.strip()
    if not name:
        raise ValidationError({"name": "A workspace needs a name."})
    key = key or slugify(name)[:40].strip("-") or "workspace"
    try:
        with transaction.atomic():
            workspace = Workspace.objects.create(key=key, name=name[:120], is_sample=is_sample)
    except IntegrityError as error:
        raise ValidationError({"key": f"The key {key} is taken."}) from error
    member = Member.objects.create(workspace=workspace, user=user, role=Role.ADMIN, is_approver=True)
    principal = Principal(workspace=workspace, role=Role.ADMIN, user=user, is_approver=True, request_id=request_id)
    record_audit(principal, "create", "workspace", key, after={"name": name})
    return workspace, member


@transaction.atomic
def edit_workspace(principal: Principal, *, name: str, allows_self_approval: bool) -> Workspace:
    """Change the name and whether a workspace of one may approve its own requests."""
    workspace = Workspace.objects.select_for_update().get(pk=principal.workspace.pk)
    if not name.strip():
        raise ValidationError({"name": "A workspace needs a name."})
    before = {"name": workspace.name, "allows_self_approval": workspace.allows_self_approval}
    workspace.name, workspace.allows_self_approval = name.strip()[:120], allows_self_approval
    workspace.save(update_fields=["name", "allows_self_approval"])
    after = {"name": workspace.name, "allows_self_approval": allows_self_approval}
    record_audit(principal, "edit", "workspace", workspace.key, before=before, after=after)
    return workspace


def note_visit(principal: Principal) -> None:
    """Remember that the person was here, at most once a minute: short links lead to the last workspace."""
    now = timezone.now()
    if principal.user is None or (principal.seen_at is not None and principal.seen_at > now - VISIT):
        return
    Member.objects.filter(workspace=principal.workspace, user=principal.user).update(last_seen_at=now)
