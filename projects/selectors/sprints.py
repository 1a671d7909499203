"""The workspace's sprints, for lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db.models import Q, QuerySet

from mltrack.accounts.access import Principal
from projects.models import Sprint

STATES: Final = ("planned", "active", "over", "closed")


def sprint_list(principal: Principal, asked: Mapping[str, Any], today: date) -> QuerySet[Sprint]:
    """Return the workspace's sprints; asked may hold state, and from and to, days that a sprint shares.

    A sprint without an end goes on, one without a start has not begun.
    """
    found = Sprint.objects.filter(workspace=principal.workspace).select_related("connection", "workspace")
    if "state" in asked:
        found = found.filter(_in_state(asked["state"], today))
    if asked.get("from"):
        found = found.filter(Q(ends_on__gte=asked["from"]) | Q(ends_on=None))
    if asked.get("to"):
        found = found.filter(Q(starts_on__lte=asked["to"]))
    return found


def _in_state(state: str, today: date) -> Q:
    """Return what `Sprint.state` says as a condition."""
    if state == "closed":
        return Q(closed_at__isnull=False)
    begun = Q(closed_at=None, starts_on__lte=today)
    if state == "planned":
        return Q(closed_at=None) & (Q(starts_on=None) | Q(starts_on__gt=today))
    return begun & Q(ends_on__lt=today) if state == "over" else begun & (Q(ends_on=None) | Q(ends_on__gte=today))
