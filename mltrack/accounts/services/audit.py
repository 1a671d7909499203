"""The one writer of the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from mltrack.rows import insert


def record_audit(
    principal: Principal,
    action: str,
    kind: str,
    key: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Append one event in the caller's transaction. Values must be JSON-safe and free of secrets."""
    event = AuditEvent(
        workspace=principal.workspace,
        actor=principal.user,
        actor_name=str(principal.user or "MLTrack"),
        token=principal.token,
        request_id=principal.request_id,
        action=action,
        object_kind=kind,
        object_key=key[:200],
        before=dict(before or {}),
        after=dict(after or {}),
        reason=reason,
    )
    insert(event)
    return event
