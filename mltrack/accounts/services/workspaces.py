"""Workspaces: made, renamed, and remembered as the last one a person was in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from mltrack.accounts.access import Principal
from mltrack.accounts.models import Member, Role, User, Workspace
from mltrack.accounts.models.workspaces import Weekday
from mltrack.accounts.services.audit import record_audit
from mltrack.days import ZONES

VISIT = timedelta(minutes=1)
CALENDAR = ("zone", "first_weekday", "fiscal_month")


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
def edit_workspace(
    principal: Principal, *, name: str, allows_self_approval: bool, currency: str | None = None, **calendar: Any
) -> Workspace:
    """Change the name, whether a workspace of one may approve its own requests, the word for its money, its calendar.

    Without a currency that word stays. `calendar` is what `set_calendar` takes.
    """
    workspace = Workspace.objects.select_for_update().get(pk=principal.workspace.pk)
    if not name.strip():
        raise ValidationError({"name": "A workspace needs a name."})
    values = {"name": name.strip()[:120], "allows_self_approval": allows_self_approval, **_calendar(calendar)}
    if currency is not None:
        values["currency"] = currency.strip()[:8]
    return _keep(principal, workspace, values)


@transaction.atomic
def set_calendar(principal: Principal, **calendar: Any) -> Workspace:
    """Say whose days the workspace lives by, or where its weeks and fiscal years begin.

    `zone` is an IANA name, `first_weekday` 0 for Monday or 6 for Sunday, `fiscal_month` from 1 to 12. Raises
    ValidationError({field: text}) for anything else.
    """
    workspace = Workspace.objects.select_for_update().get(pk=principal.workspace.pk)
    return _keep(principal, workspace, _calendar(calendar))


def _calendar(given: dict[str, Any]) -> dict[str, Any]:
    errors = {}
    if given.get("zone", "UTC") not in ZONES:
        errors["zone"] = "Name a time zone as Europe/Berlin."
    if given.get("first_weekday", Weekday.MONDAY) not in Weekday.values:
        errors["first_weekday"] = "A week begins on Monday or on Sunday."
    if not 1 <= given.get("fiscal_month", 1) <= 12:
        errors["fiscal_month"] = "A fiscal year begins in a month from 1 to 12."
    if errors:
        raise ValidationError(errors)
    return {name: given[name] for name in CALENDAR if name in given}


def _keep(principal: Principal, workspace: Workspace, values: dict[str, Any]) -> Workspace:
    before = {name: getattr(workspace, name) for name in values}
    for name, value in values.items():
        setattr(workspace, name, value)
    workspace.save(update_fields=list(values))
    record_audit(principal, "edit", "workspace", workspace.key, before=before, after=values)
    return workspace


def note_visit(principal: Principal) -> None:
    """Remember that the person was here, at most once a minute: short links lead to the last workspace."""
    now = timezone.now()
    if principal.user is None or (principal.seen_at is not None and principal.seen_at > now - VISIT):
        return
    Member.objects.filter(workspace=principal.workspace, user=principal.user).update(last_seen_at=now)
