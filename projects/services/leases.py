"""The lease of a connection: who may pull it, told by a token that a slow worker cannot forge.

Every statement takes the time from the database and holds only while the token is the present one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from projects.services.backoff import MOST_ATTEMPTS, SLOW_AT_ONCE

_LONGEST_IDLE = 60.0
SOON = 10.0
"""Seconds between two pulls, however often a connection is nudged."""

_TAKE = """
UPDATE projects_connection AS c SET
    lease_token = lease_token + 1, lease_until = now() + make_interval(secs => %(ttl)s), attempts = attempts + 1,
    next_due = NULL
WHERE c.id = %(id)s AND (lease_until IS NULL OR lease_until < now())
  AND (EXISTS (SELECT 1 FROM projects_syncattempt a WHERE a.connection_id = c.id AND a.state = 'queued')
       OR (NOT paused AND (next_due IS NULL OR next_due <= now())))
  AND (c.failures = 0 OR %(slow)s > (
       SELECT count(*) FROM projects_connection o WHERE o.lease_until > now() AND o.failures > 0 AND o.id <> c.id))
RETURNING lease_token, attempts, failures, clock_timestamp()
"""

_ADVANCE = """
UPDATE projects_connection SET cursor = %(cursor)s::jsonb, lease_until = now() + make_interval(secs => %(ttl)s)
WHERE id = %(id)s AND lease_token = %(token)s AND lease_until > now()
"""

_FINISH = """
UPDATE projects_connection SET
    lease_until = NULL, attempts = 0, failures = 0, last_error_code = '', last_error_text = '',
    last_ok = now(), last_rows = %(rows)s,
    next_due = now() + make_interval(secs => CASE WHEN next_due IS NULL THEN %(wait)s ELSE %(soon)s END)
WHERE id = %(id)s AND lease_token = %(token)s
"""

_NUDGE = """
UPDATE projects_connection SET next_due = GREATEST(now(), last_ok + make_interval(secs => %(soon)s))
WHERE id = %(id)s AND NOT paused AND failures = 0
  AND (next_due > GREATEST(now(), last_ok + make_interval(secs => %(soon)s)) OR lease_until > now())
"""

_FAIL = """
UPDATE projects_connection SET
    lease_until = NULL, attempts = 0, failures = failures + 1, last_error_code = %(code)s, last_error_text = %(text)s,
    paused = paused OR %(pause)s, next_due = now() + make_interval(secs => %(wait)s)
WHERE id = %(id)s AND lease_token = %(token)s
"""

_DOUBT = """
UPDATE projects_connection SET lease_until = NULL, attempts = 0, failures = 1, next_due = now()
WHERE id = %(id)s AND lease_token = %(token)s
"""

_GIVE_UP = """
UPDATE projects_connection SET
    lease_until = NULL, attempts = 0, next_due = now() + make_interval(secs => %(wait)s)
WHERE id = %(id)s AND lease_token = %(token)s
"""


class Fenced(Exception):
    """The lease is no longer held: it ran out, or the connection was edited, deleted or taken over."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to pull one connection. `now` is the database's time of taking it."""

    connection_id: int
    token: int
    attempts: int
    failures: int
    now: datetime

    @property
    def is_poisoned(self) -> bool:
        """Say whether so many workers died with this lease that another would die as well."""
        return self.attempts > MOST_ATTEMPTS

    @property
    def is_trusted(self) -> bool:
        """Say whether the connection did not fail last: it may use any process, and must answer quickly."""
        return self.failures == 0


def take(connection_id: int) -> Lease | None:
    """Return the lease of a connection that is due or asked for, None while another holds it or nothing is due.

    Connections that failed last have few places among them, so that servers that hang leave room for those that
    answer. The attempt is counted; commit before the work.
    """
    with connection.cursor() as cursor:
        values = {"id": connection_id, "ttl": settings.MLTRACK_LEASE_SECONDS, "slow": SLOW_AT_ONCE}
        cursor.execute(_TAKE, values)
        row = cursor.fetchone()
    return Lease(connection_id, *row) if row else None


def advance(lease: Lease, cursor_json: str) -> None:
    """Keep the cursor and hold the lease longer, in the transaction of the page. Raises Fenced.

    A worker that freezes inside the transaction loses it no later than its lease, so that its locks stop nobody.
    """
    idle = int(min(settings.MLTRACK_LEASE_SECONDS, _LONGEST_IDLE) * 1000)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [str(idle)])
    if not _run(_ADVANCE, lease, cursor=cursor_json, ttl=settings.MLTRACK_LEASE_SECONDS):
        raise Fenced


def finish(lease: Lease, *, rows: int, wait: float) -> None:
    """Give the lease back after a success; the next pull is due in `wait` seconds, or soon after a nudge meanwhile.

    Raises Fenced.
    """
    if not _run(_FINISH, lease, rows=rows, wait=wait, soon=min(wait, SOON)):
        raise Fenced


def nudge(connection_id: int) -> None:
    """Make a connection due that is not paused and did not fail last; at the soonest `SOON` after its last pull."""
    with connection.cursor() as cursor:
        cursor.execute(_NUDGE, {"id": connection_id, "soon": SOON})


def fail(lease: Lease, *, code: str, text: str, wait: float, pause: bool) -> None:
    """Give the lease back after a failure that its owner will read. Raises Fenced."""
    if not _run(_FAIL, lease, code=code[:40], text=text[:2_000], wait=wait, pause=pause):
        raise Fenced


def doubt(lease: Lease) -> None:
    """Give the lease back, due at once, as one of a server that may be slow. Raises Fenced."""
    if not _run(_DOUBT, lease):
        raise Fenced


def give_up(lease: Lease, wait: float = 0.0) -> None:
    """Give the lease back without a verdict: the worker is being stopped. Raises Fenced."""
    if not _run(_GIVE_UP, lease, wait=wait):
        raise Fenced


def _run(statement: str, lease: Lease, **values: Any) -> bool:
    given: Mapping[str, Any] = {"id": lease.connection_id, "token": lease.token, **values}
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return bool(cursor.rowcount == 1)
