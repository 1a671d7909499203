"""The kept story of pulls: one row for each that was asked for, brought something, or failed.

An idle pull leaves no row: the connection's own `last_ok` says that it was there.
"""

from __future__ import annotations

from collections import Counter

from django.db import connection
from django.db.models.functions import Now

from projects.connectors.labeling_records import LabelingPage
from projects.connectors.reading_records import ReadingsPage
from projects.connectors.records import Page
from projects.connectors.task_records import TaskPage
from projects.models import SyncAttempt
from projects.services.leases import Lease
from projects.services.pages import Stored

KEPT = 500
MOST_UNREAD = 50
"""So many parts that are not read are named, the most frequent."""

LOST_CODE = "worker_lost"

_LOST = """
UPDATE projects_syncattempt a SET state = 'failed', ended_at = now(), error_code = %(code)s, error_text =
    'The worker stopped in the middle of the pull; the next attempt goes on after page ' || a.pages || '.'
FROM projects_connection c
WHERE c.id = a.connection_id AND a.state = 'running' AND (%(id)s::bigint IS NULL OR c.id = %(id)s)
  AND (c.lease_token <> a.lease_token OR c.lease_until IS NULL OR c.lease_until < now())
"""

_TRIM = """
DELETE FROM projects_syncattempt WHERE connection_id = %(id)s AND id <= (
    SELECT id FROM projects_syncattempt WHERE connection_id = %(id)s ORDER BY id DESC OFFSET %(kept)s LIMIT 1)
"""


def end_lost(connection_id: int | None = None) -> int:
    """End, in words, the attempts whose worker is gone; return how many. None means of all connections."""
    with connection.cursor() as cursor:
        cursor.execute(_LOST, {"id": connection_id, "code": LOST_CODE})
        return int(cursor.rowcount)


def begin(lease: Lease) -> SyncAttempt:
    """Return this pull's attempt: the queued one, now running, or one that is not yet saved.

    Call it in the transaction that takes the lease: attempts that another worker left running are ended.
    """
    end_lost(lease.connection_id)
    told = SyncAttempt.objects.filter(connection_id=lease.connection_id, lease_token=lease.token - 1)
    if lease.attempts > 1 and not told.exists():
        SyncAttempt.objects.create(
            connection_id=lease.connection_id,
            state=SyncAttempt.State.FAILED,
            lease_token=lease.token - 1,
            ended_at=Now(),
            error_code=LOST_CODE,
            error_text="The worker stopped before it had stored anything; the next attempt begins again.",
        )
    queued = SyncAttempt.objects.filter(connection_id=lease.connection_id, state=SyncAttempt.State.QUEUED).first()
    attempt = queued or SyncAttempt(connection_id=lease.connection_id)
    attempt.state = SyncAttempt.State.RUNNING
    attempt.lease_token = lease.token
    attempt.started_at = lease.now
    if queued:
        attempt.save(update_fields=["state", "lease_token", "started_at"])
    return attempt


def note_page(attempt: SyncAttempt, page: Page | LabelingPage | TaskPage | ReadingsPage, stored: Stored) -> None:
    """Add a page to the attempt, which is saved from its first change on."""
    attempt.requests += page.requests
    attempt.pages += 1
    attempt.rows += stored.rows
    attempt.rejected += stored.rejected
    if isinstance(page, TaskPage):
        attempt.unread = dict((Counter(attempt.unread) + Counter(page.unread)).most_common(MOST_UNREAD))
    if attempt.pk or stored.changed:
        _save(attempt, "requests", "pages", "rows", "rejected", "unread")


def end(attempt: SyncAttempt, state: str, *, code: str = "", text: str = "") -> None:
    """End an attempt; one that succeeded and was never saved stays unsaved, so that idle pulls leave no row."""
    attempt.state, attempt.error_code, attempt.error_text = state, code[:40], text
    if attempt.pk or state == SyncAttempt.State.FAILED:
        attempt.ended_at = Now()
        _save(attempt, "state", "error_code", "error_text", "ended_at", "requests", "pages", "rows", "rejected")
        attempt.refresh_from_db(fields=["ended_at"])
        _trim(attempt.connection_id)


def put_back(attempt: SyncAttempt) -> None:
    """Queue an attempt that was asked for again, with what it brought so far; end any other."""
    queued = SyncAttempt.objects.filter(connection_id=attempt.connection_id, state=SyncAttempt.State.QUEUED)
    if attempt.pk and attempt.asked_by and not queued.exists():
        attempt.state = SyncAttempt.State.QUEUED
        _save(attempt, "state", "requests", "pages", "rows", "rejected")
    else:
        end(attempt, SyncAttempt.State.DONE)


def _save(attempt: SyncAttempt, *fields: str) -> None:
    """Update the attempt, or insert it: its row may have gone with the page that was to bring it."""
    changes = {name: getattr(attempt, name) for name in fields}
    if attempt.pk is None or not SyncAttempt.objects.filter(pk=attempt.pk).update(**changes):
        attempt.save(force_insert=True)


def _trim(connection_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TRIM, {"id": connection_id, "kept": KEPT})
