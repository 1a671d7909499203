"""Rows into a table by COPY: about half of what INSERT costs, for rows that are certain to be new."""

from __future__ import annotations

from io import BytesIO

from django.db import connection


def copy_rows(statement: str, rows: bytes) -> None:
    """Run a `COPY … FROM STDIN` of the caller's transaction. Raises Django's IntegrityError or DataError."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(statement, BytesIO(rows))
