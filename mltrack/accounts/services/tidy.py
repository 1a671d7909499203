"""Removes what need not be remembered any more: stored answers, counters, and sign-ins that are over."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection

from mltrack.accounts.models import IdempotencyRecord, ThrottleCounter
from mltrack.batches import MOST, delete_in_batches

_STATEMENT: Final = """
DELETE FROM {table} WHERE {key} IN (
    SELECT {key} FROM {table} WHERE {when} < now() - make_interval(hours => %(hours)s)
    LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
"""


def tidy_requests(most: int = MOST) -> dict[str, int]:
    """Drop what is past its time, at most so many rows of each table; return how many went, by table.

    Answers to repeated posts live for 24 hours, windows of the throttle for one, sign-ins and the cache's entries
    until they expire. The audit trail is never touched.
    """
    kinds = (
        (IdempotencyRecord._meta.db_table, "id", "created_at", 24),
        (ThrottleCounter._meta.db_table, "id", "window", 1),
        (Session._meta.db_table, "session_key", "expire_date", 0),
        (str(settings.CACHES["default"]["LOCATION"]), "cache_key", "expires", 0),
    )
    return {table: _drop(table, key, when, hours, most) for table, key, when, hours in kinds}


def _drop(table: str, key: str, when: str, hours: int, most: int) -> int:
    names = {"table": table, "key": key, "when": when}
    statement = _STATEMENT.format(**{name: connection.ops.quote_name(value) for name, value in names.items()})
    return delete_in_batches(statement, {"hours": hours}, most)
