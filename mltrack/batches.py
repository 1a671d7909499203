"""Deleting many rows without holding up anybody: in small transactions, past rows that others hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import connection, transaction

AT_ONCE: Final = 1_000
MOST: Final = 20_000


def delete_in_batches(statement: str, values: Mapping[str, int], most: int = MOST) -> int:
    """Run a DELETE again and again until it finds nothing or has removed `most` rows; return how many went.

    The statement takes `%(limit)s` rows at a time and skips locked ones; each run is a transaction of its own.
    """
    gone = 0
    while gone < most:
        limit = min(AT_ONCE, most - gone)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, {**values, "limit": limit})
            found = cursor.rowcount
        gone += found
        if found < limit:
            break
    return gone
