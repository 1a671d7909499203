"""Which database is MLTrack's own, so that no connection reads it."""

from __future__ import annotations

from django.db import connection

from projects.connectors.sql.roles import IDENTITY


def own_database() -> tuple[str, str]:
    """Return the identifier of the cluster and the name of the database that MLTrack keeps its rows in."""
    with connection.cursor() as cursor:
        cursor.execute(IDENTITY)
        identifier, name = cursor.fetchone()
    return str(identifier), str(name)
