"""What is due, told by the rows alone: messages are mere wake-ups."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from projects.models import Connection, SyncAttempt
from projects.services.attempts import end_lost
from projects.services.breakers import host_of, open_hosts

MOST = 1_000


def due_connections() -> list[int]:
    """Return the connections to pull now, those that were asked for first, then the longest due; 1,000 at most.

    Left out are those that are being pulled, and unless asked for, paused ones and those of a host whose breaker
    is open. Attempts whose worker is gone are ended on the way.
    """
    end_lost()
    queued = SyncAttempt.objects.filter(connection=OuterRef("pk"), state=SyncAttempt.State.QUEUED)
    rows = list(
        Connection.objects.annotate(asked=Exists(queued))
        .filter(Q(lease_until__isnull=True) | Q(lease_until__lt=Now()))
        .filter(Q(asked=True) | Q(paused=False, next_due__lte=Now()) | Q(paused=False, next_due__isnull=True))
        .order_by("-asked", F("next_due").asc(nulls_first=True))
        .values_list("id", "workspace_id", "base_url", "asked")[:MOST]
    )
    closed = open_hosts(workspace for _, workspace, _, _ in rows)
    return [number for number, workspace, url, asked in rows if asked or (workspace, host_of(url)) not in closed]
