"""What the settings pages show of a workspace's people."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from mltrack.accounts.access import visited_first
from mltrack.accounts.models import ApiToken, AuditEvent, Invitation, Member, User, Workspace
from mltrack.rest.pages import CursorPages, Page


def members_of(workspace: Workspace) -> QuerySet[Member]:
    """Return the members with their people, by address."""
    return Member.objects.filter(workspace=workspace).select_related("user").order_by("user__email")


def open_invitations(workspace: Workspace) -> QuerySet[Invitation]:
    """Return the invitations that can still be accepted."""
    return Invitation.objects.filter(
        workspace=workspace, accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=timezone.now()
    ).order_by("email")


def tokens_of(workspace: Workspace, user: User | None = None) -> QuerySet[ApiToken]:
    """Return the unrevoked tokens, newest first; of one person when given."""
    tokens = ApiToken.objects.filter(workspace=workspace, revoked_at__isnull=True).select_related("user")
    return (tokens.filter(user=user) if user else tokens).order_by("-created_at")


def audit_trail(workspace: Workspace, cursor: str = "", limit: int = 100) -> Page[AuditEvent]:
    """Return a page of audit events, the newest first, in one query. Raises Problem for a cursor of another list."""
    events = AuditEvent.objects.filter(workspace=workspace).select_related("actor", "token")
    return CursorPages("-pk", f"audit {workspace.pk}").read(events, limit, cursor)


def workspaces_of(user: User) -> list[Workspace]:
    """Return the workspaces a person belongs to, the last visited first."""
    members = visited_first(Member.objects.filter(user=user).select_related("workspace"))
    return [member.workspace for member in members]


def member_by_email(workspace: Workspace, email: str) -> User | None:
    """Return the member's user with this address, None where nobody here has it."""
    member = Member.objects.select_related("user").filter(workspace=workspace, user__email=email.lower()).first()
    return member.user if member else None
