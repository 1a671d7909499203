"""What is due, told by the rows alone: messages are mere wake-ups."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from projects.models import Connection, SyncAttempt
from projects.models.connections import host_of
from projects.services.attempts import end_lost
from projects.services.backoff import SLOW_AT_ONCE
from projects.services.breakers import open_hosts
from projects.services.task_delivery import due_rows

MOST = 1_000
MOST_SENT = 200


def due_connections() -> list[int]:
    """Return the connections to pull now, those that were asked for first, then the longest due; 1,000 at most.

    Those that failed last come after the others, and only as many as may run at once. Left out are those that
    are being pulled, and unless asked for, paused ones and those of a host whose breaker is open. Attempts whose
    worker is gone are ended on the way.
    """
    end_lost()
    queued = SyncAttempt.objects.filter(connection=OuterRef("pk"), state=SyncAttempt.State.QUEUED)
    rows = list(
        Connection.objects.annotate(asked=Exists(queued))
        .filter(Q(lease_until__isnull=True) | Q(lease_until__lt=Now()))
        .filter(Q(asked=True) | Q(paused=False, next_due__lte=Now()) | Q(paused=False, next_due__isnull=True))
        .order_by(ExpressionWrapper(Q(failures__gt=0), BooleanField()), "-asked", F("next_due").asc(nulls_first=True))
        .values_list("id", "workspace_id", "base_url", "asked", "failures")[:MOST]
    )
    closed = open_hosts(workspace for _, workspace, _, _, _ in rows)
    ready = [row for row in rows if row[3] or (row[1], host_of(row[2])) not in closed]
    trusted = [number for number, _, _, _, failures in ready if not failures]
    return trusted + [number for number, _, _, _, failures in ready if failures][:SLOW_AT_ONCE]


def due_sent_tasks() -> list[int]:
    """Return the row numbers of what is to be told to trackers now, the longest due first; two queries."""
    found = list(due_rows(timezone.now()).select_related("connection").order_by("due_at", "pk")[:MOST_SENT])
    closed = open_hosts({each.connection.workspace_id for each in found})
    return [each.pk for each in found if (each.connection.workspace_id, each.connection.host) not in closed]


def kinds_of(connection_ids: Iterable[int]) -> dict[int, str]:
    """Return the kinds of these connections, in one query."""
    return dict(Connection.objects.filter(pk__in=connection_ids).values_list("pk", "kind"))
