"""Sprints as their tracker tells them: the only writer of mirrored sprints."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from mltrack.days import begin_of
from projects.connectors.task_records import SprintRecord
from projects.models import Connection, Sprint
from projects.progress.delivery.sprint_days import wrong_days

LONGEST_NAME = 120
LONGEST_GOAL = 2_000


def record_sprints(connection: Connection, records: Sequence[SprintRecord]) -> int:
    """Store sprints in the caller's transaction and return how many were made or changed.

    One that ends before it starts, or whose days no calendar of ours has, keeps no days. A closed one was closed when
    that was first seen, or at the end of its last day where that had passed.
    """
    wanted = {each.external_id: each for each in records}
    held = Sprint.objects.select_for_update(no_key=True).filter(connection=connection, external_id__in=wanted)
    known = {each.external_id: each for each in held.order_by("pk")}
    now = timezone.now()
    made: list[Sprint] = []
    changed: list[Sprint] = []
    for name, record in wanted.items():
        sprint = known.get(name)
        if sprint is None:
            sprint = Sprint(workspace_id=connection.workspace_id, connection=connection, external_id=name)
            made.append(_told(sprint, _fields(sprint, record, now)))
        elif _differs(sprint, fields := _fields(sprint, record, now)):
            sprint.version += 1
            changed.append(_told(sprint, fields))
    Sprint.objects.bulk_create(made)
    Sprint.objects.bulk_update(changed, ["name", "goal", "starts_on", "ends_on", "closed_at", "gone_at", "version"])
    return len(made) + len(changed)


def close_gone_sprints(connection: Connection, present: Collection[str]) -> int:
    """Close the sprints that their tracker has no more, and say since when; return how many."""
    gone = Sprint.objects.filter(connection=connection, gone_at=None).exclude(external_id__in=present)
    return gone.update(gone_at=Now(), closed_at=Coalesce("closed_at", Now()), version=F("version") + 1)


def _fields(sprint: Sprint, record: SprintRecord, now: datetime) -> dict[str, Any]:
    starts, ends = record.starts_on, record.ends_on
    if wrong_days(starts, ends):
        starts = ends = None
    closed = sprint.closed_at
    if record.is_closed and closed is None:
        over = begin_of(sprint.workspace.zone, ends + timedelta(days=1)) if ends else now
        closed = min(over, now)
    return {
        "name": record.name[:LONGEST_NAME],
        "goal": record.goal[:LONGEST_GOAL],
        "starts_on": starts,
        "ends_on": ends,
        "closed_at": closed if record.is_closed else None,
        "gone_at": None,
    }


def _differs(sprint: Sprint, fields: dict[str, Any]) -> bool:
    return any(getattr(sprint, name) != value for name, value in fields.items())


def _told(sprint: Sprint, fields: dict[str, Any]) -> Sprint:
    for name, value in fields.items():
        setattr(sprint, name, value)
    return sprint
