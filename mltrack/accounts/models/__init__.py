"""The tables of accounts: who may do what, and what they did."""

from mltrack.accounts.models.audit import AuditEvent
from mltrack.accounts.models.heartbeats import Heartbeat
from mltrack.accounts.models.requests import IdempotencyRecord, ThrottleCounter
from mltrack.accounts.models.tokens import ApiToken
from mltrack.accounts.models.users import FirstRunCode, User
from mltrack.accounts.models.workspaces import Invitation, Member, Role, Workspace

__all__ = [
    "ApiToken",
    "AuditEvent",
    "FirstRunCode",
    "Heartbeat",
    "IdempotencyRecord",
    "Invitation",
    "Member",
    "Role",
    "ThrottleCounter",
    "User",
    "Workspace",
]
