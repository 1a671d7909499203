"""Migrations beside a running product: a short wait for each lock, many tries, and never a queue behind one.

A statement that waits for a table's lock holds up everybody who comes after it. So it waits for `lock_seconds` at
most; then the migration is undone, the others go on, and it is tried again later.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.core.management.base import CommandError
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

LOCK: Final = 5_461_002
_TRY_AGAIN: Final = {"55P03", "40P01"}  # The lock was not to be had in time; a deadlock was ended.
_HALF_BUILT = """
SELECT c.relname, format('DROP INDEX CONCURRENTLY %I', c.relname)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.relnamespace = current_schema()::regnamespace
"""
_OLDEST = """
SELECT pid, extract(epoch FROM now() - xact_start)::int FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
ORDER BY xact_start LIMIT 1
"""


@dataclass(frozen=True)
class Patience:
    """How long a statement waits for a lock, how often a migration is tried, and the pauses between (seconds)."""

    lock_seconds: float = 2.0
    tries: int = 20
    pause: float = 1.0
    longest_pause: float = 15.0
    turn_seconds: float = 600.0

    def pause_after(self, failed: int) -> float:
        """Return the pause after so many failed tries: doubling, up to the longest."""
        return min(self.longest_pause, self.pause * float(1 << (failed - 1)))


@contextmanager
def alone(connection: BaseDatabaseWrapper, patience: Patience) -> Iterator[None]:
    """Be the only process that migrates this database. Raises CommandError when its turn does not come.

    The wait asks again and again: a session that waited inside a statement would hold up the building of indexes.
    """
    until = time.monotonic() + patience.turn_seconds
    while not _value(connection, "SELECT pg_try_advisory_lock(%s)", LOCK):
        if time.monotonic() > until:
            raise CommandError(f"Another process has been migrating for {patience.turn_seconds:.0f} s.")
        time.sleep(0.2)
    try:
        yield
    finally:
        _value(connection, "SELECT pg_advisory_unlock(%s)", LOCK)


def patiently(
    migrate: Callable[[], object],
    connection: BaseDatabaseWrapper,
    patience: Patience,
    say: Callable[[str], object],
) -> int:
    """Call `migrate` until it ends without being stopped by a lock, and return how many tries it took.

    What was applied stays applied. Raises CommandError, with whom to look for, when all tries failed.
    """
    with _limits(connection, patience):
        for number in range(1, patience.tries + 1):
            try:
                drop_half_built(connection)
                migrate()
            except OperationalError as error:
                if getattr(error.__cause__, "pgcode", "") not in _TRY_AGAIN:
                    raise
                if number < patience.tries:
                    pause = patience.pause_after(number)
                    say(f"Tables are in use; the next of {patience.tries} tries is in {pause:.0f} s.")
                    time.sleep(pause)
            else:
                return number
    raise CommandError(f"Tables were in use at each of {patience.tries} tries; {_oldest(connection)}")


def drop_half_built(connection: BaseDatabaseWrapper) -> list[str]:
    """Drop indexes whose building was broken off, and return their names: the next try builds them anew."""
    with connection.cursor() as cursor:
        cursor.execute(_HALF_BUILT)
        found = cursor.fetchall()
        for _, statement in found:
            cursor.execute(statement)
    return [name for name, _ in found]


@contextmanager
def _limits(connection: BaseDatabaseWrapper, patience: Patience) -> Iterator[None]:
    """Wait for locks for a short time, and work for as long as it takes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{patience.lock_seconds * 1000:.0f}ms"])
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET idle_in_transaction_session_timeout = 0")
    try:
        yield
    finally:
        if connection.connection is not None and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")
                cursor.execute("RESET statement_timeout")
                cursor.execute("RESET idle_in_transaction_session_timeout")


def _oldest(connection: BaseDatabaseWrapper) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST)
        found = cursor.fetchone()
    if found is None:
        return "no transaction is open now: run `manage.py migrate` again."
    return f"the oldest open transaction is {found[1]} s old (server process {found[0]}): end it, then migrate again."


def _value(connection: BaseDatabaseWrapper, query: str, *values: int) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        row = cursor.fetchone()
    return row[0] if row else None
