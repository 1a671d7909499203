"""Breakers: a host that failed five times in a row in a workspace is left alone for a while."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import connection as database
from django.db.models.functions import Now

from projects.models import Breaker, Connection
from projects.services.backoff import breaker_open

COUNTED: Final = frozenset(
    ["server_error", "timeout", "connection_refused", "connection_broken", "unknown_host", "not_json", "too_large"]
)
"""The codes of failures that say something about the host, not about one connection's settings."""

_COUNT = """
INSERT INTO projects_breaker (workspace_id, host, failures) VALUES (%(workspace)s, %(host)s, 1)
ON CONFLICT (workspace_id, host) DO UPDATE SET failures = projects_breaker.failures + 1
RETURNING failures
"""

_OPEN = """
UPDATE projects_breaker SET open_until = now() + make_interval(secs => %(wait)s)
WHERE workspace_id = %(workspace)s AND host = %(host)s
"""


def count_failure(connection: Connection, code: str) -> None:
    """Count a failure of the connection's host; the fifth in a row opens its breaker."""
    if code not in COUNTED:
        return
    values: dict[str, int | str] = {"workspace": connection.workspace_id, "host": connection.host}
    with database.cursor() as cursor:
        cursor.execute(_COUNT, values)
        (failures,) = cursor.fetchone()
        wait = breaker_open(failures)
        if wait:
            cursor.execute(_OPEN, {**values, "wait": wait})


def count_success(connection: Connection) -> None:
    """Forget the host's failures; writes nothing where there are none."""
    Breaker.objects.filter(workspace_id=connection.workspace_id, host=connection.host).delete()


def open_hosts(workspace_ids: Iterable[int]) -> set[tuple[int, str]]:
    """Return (workspace, host) of the breakers that are open now."""
    rows = Breaker.objects.filter(workspace_id__in=set(workspace_ids), open_until__gt=Now())
    return set(rows.values_list("workspace_id", "host"))
