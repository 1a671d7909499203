"""What the pages and the API show of connections: their state in words, their attempts, what they rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from mltrack.accounts.models import Workspace
from projects.connectors.registry import brings_labels, brings_readings, brings_tasks
from projects.models import Breaker, Connection, LabelTask, RejectedRecord, SyncAttempt, Task

LATE_AFTER = 3
"""A connection is late when its last good pull is this many intervals old."""


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """A connection as people see it. `condition` is ok, syncing, new, late, failing, resting, stopped or paused.

    `held` is how many runs are here, or with `has_labels` tasks to label, or with `has_tasks` tasks of a tracker, or
    with `has_readings` readings that the last pull brought; None where they were not counted.
    """

    connection: Connection
    condition: str
    words: str
    held: int | None
    rejected: int
    resting_until: datetime | None = None
    has_labels: bool = False
    has_tasks: bool = False
    has_readings: bool = False


def connection_rows(
    workspace: Workspace, only: Connection | None = None, *, counts_held: bool = True
) -> list[ConnectionRow]:
    """Return the workspace's connections (or one of them) with their condition, in three queries.

    Counting what is here reads all of it, and takes another query where there are labels and one where there are
    trackers: what is asked for every other second does without.
    """
    busy = SyncAttempt.objects.filter(connection=OuterRef("pk"), state__in=["queued", "running"])
    found = (
        Connection.objects.filter(workspace=workspace)
        .select_related("initiative", "workspace")
        .annotate(is_busy=Exists(busy))
        .order_by("name")
    )
    if counts_held:
        found = found.annotate(run_count=Count("runs", filter=Q(runs__deleted_at__isnull=True)))
    rows = list(found.filter(pk=only.pk) if only else found)
    rejected = dict(
        RejectedRecord.objects.filter(connection__in=[row.pk for row in rows])
        .values_list("connection")
        .annotate(n=Count("pk"))
    )
    held = _held(rows) if counts_held else {}
    now = timezone.now()
    closed = dict(Breaker.objects.filter(workspace=workspace, open_until__gt=now).values_list("host", "open_until"))
    return [_row(each, now, held.get(each.pk), rejected.get(each.pk, 0), closed.get(each.host)) for each in rows]


def _held(rows: Sequence[Connection]) -> dict[int, int]:
    """Return how many runs of each connection are here, or what else it brings."""
    held = {row.pk: int(getattr(row, "run_count", 0)) for row in rows}
    labeling = [row.pk for row in rows if brings_labels(row.kind)]
    if labeling:
        tasks = LabelTask.objects.filter(project__connection__in=labeling, deleted_at__isnull=True)
        held |= dict.fromkeys(labeling, 0)
        held |= dict(tasks.values_list("project__connection").annotate(n=Count("pk")))
    trackers = [row.pk for row in rows if brings_tasks(row.kind)]
    if trackers:
        mirrored = Task.objects.filter(connection__in=trackers, deleted_at__isnull=True)
        held |= dict.fromkeys(trackers, 0)
        held |= dict(mirrored.values_list("connection").annotate(n=Count("pk")))
    return held | {row.pk: row.last_rows for row in rows if brings_readings(row.kind)}


def _row(
    connection: Connection, now: datetime, held: int | None, rejected: int, resting: datetime | None
) -> ConnectionRow:
    condition, words = _condition(connection, now, busy=getattr(connection, "is_busy", False), resting=resting)
    kind = connection.kind
    return ConnectionRow(
        connection,
        condition,
        words,
        held,
        rejected,
        resting,
        has_labels=brings_labels(kind),
        has_tasks=brings_tasks(kind),
        has_readings=brings_readings(kind),
    )


def _condition(connection: Connection, now: datetime, *, busy: bool, resting: datetime | None) -> tuple[str, str]:
    leased = connection.lease_until is not None and connection.lease_until > now
    if busy or leased:
        return "syncing", "A pull is under way."
    if connection.paused:
        stopped = bool(connection.last_error_text)
        return ("stopped", connection.last_error_text) if stopped else ("paused", "Paused by a person.")
    if resting is not None:
        return "resting", "Its server failed several times; it is left alone for a few minutes."
    if connection.last_error_text:
        return "failing", connection.last_error_text
    if connection.last_ok is None:
        return "new", "It was never pulled; the first pull begins within seconds."
    if now - connection.last_ok > timedelta(seconds=connection.interval_seconds * LATE_AFTER + 60):
        return "late", "The last good pull is older than it should be: is a worker running?"
    return "ok", "Everything that the server shows is here."


def attempts_of(connection: Connection, limit: int = 25) -> list[SyncAttempt]:
    """Return the newest attempts."""
    return list(SyncAttempt.objects.filter(connection=connection).order_by("-id")[:limit])


def rejected_of(connection: Connection, limit: int = 50) -> list[RejectedRecord]:
    """Return what could not be stored, the latest first."""
    return list(RejectedRecord.objects.filter(connection=connection).order_by("-last_seen", "-id")[:limit])
