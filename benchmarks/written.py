"""How many rows of each table were written, as PostgreSQL counts them."""

from __future__ import annotations

from django.db import connection


def written() -> dict[str, int]:
    """Return the rows inserted, updated and deleted so far by table. Ends this connection, so that all is counted."""
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables")
        return dict(cursor.fetchall())


def since(before: dict[str, int]) -> dict[str, int]:
    """Return the writes since then, tables without any left out."""
    return {name: count - before.get(name, 0) for name, count in written().items() if count != before.get(name, 0)}
