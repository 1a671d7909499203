"""Which tasks others have changed since somebody looked, for the bar "3 updates, show"."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from mltrack.accounts.access import Principal
from mltrack.accounts.models import AuditEvent
from projects.models import Initiative, Sprint, SprintMove, Task


def tasks_changed_since(
    principal: Principal, since: datetime, initiative: Initiative | None = None, sprint: Sprint | None = None
) -> int:
    """Return how many tasks were changed, put away or moved since a moment, in two queries.

    Those that the principal alone changed are left out; what goes out with one of their tokens is not their hand. Of a
    sprint those count that are in it, or were.
    """
    tasks = Task.objects.filter(initiative__workspace=principal.workspace, updated_at__gt=since)
    if initiative is not None:
        tasks = tasks.filter(initiative=initiative)
    if sprint is not None:
        left = SprintMove.objects.filter(from_sprint=sprint, at__gt=since)
        tasks = tasks.filter(Q(sprint=sprint) | Q(pk__in=left.values("task")))
    keys = {f"{key}-{number}" for key, number in tasks.values_list("initiative__key", "number")}
    events = AuditEvent.objects.filter(workspace=principal.workspace, object_kind="task", at__gt=since)
    rows = set(events.values_list("object_key", "actor", "token")) if keys else set()
    me = principal.user.pk if principal.user else None
    mine = {key for key, actor, token in rows if actor is not None and actor == me and token is None}
    others = {key for key, actor, token in rows if actor is None or actor != me or token is not None}
    return len(keys - (mine - others))
