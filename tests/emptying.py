"""How the database is emptied after a test that commits: rows are deleted, in a tenth of a flush's time.

Django's flush gives every table new files, then makes content types and permissions anew. Few rows are there to delete.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.db import OperationalError, connection, transaction
from django.test import TransactionTestCase
from psycopg2.errors import DeadlockDetected

KEPT: Final = frozenset({"django_content_type", "auth_permission", "django_site"})  # made by migrating, not by tests
TRIES: Final = 5
LARGE: Final = 4 * 1024 * 1024  # bytes from which a table is truncated: what is deleted would still be read over


@pytest.fixture(scope="session", autouse=True)
def quick_emptying() -> Iterator[None]:
    """Let tests that commit end with `empty` instead of a flush."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _end)
        yield


def _end(_case: TransactionTestCase) -> None:
    empty()


def empty() -> None:
    """Delete the rows of all tables of models. Waits, as a flush does, until nobody else writes to them.

    A request that a browser left behind takes its locks one by one, and so may close a circle with ours: who of the two
    is told so begins again.
    """
    for _ in range(TRIES - 1):
        try:
            return _delete()
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
    return _delete()


def _delete() -> None:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        names = sorted(set(connection.introspection.django_table_names(only_existing=True)) - KEPT)
        quoted = [connection.ops.quote_name(name) for name in names]
        cursor.execute(f"LOCK TABLE {', '.join(quoted)} IN EXCLUSIVE MODE")
        if _largest(cursor) > LARGE:
            cursor.execute(f"TRUNCATE {', '.join(quoted)}")  # one that refers to these is among them
            return
        # Rows go in any order, and no trigger that keeps history from being deleted runs.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("; ".join(f"DELETE FROM {name}" for name in quoted))


def _largest(cursor: Any) -> int:
    cursor.execute(
        "SELECT max(pg_relation_size(oid)) FROM pg_class "
        "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
    )
    size: int = cursor.fetchone()[0]
    return size
