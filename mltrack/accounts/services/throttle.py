"""The one writer of the throttle's counters."""

from __future__ import annotations

from typing import Final

from django.db import connection

_COUNT: Final = """
    INSERT INTO accounts_throttlecounter AS counter (key, "window", count)
    VALUES (%s, date_trunc('minute', clock_timestamp()), 1)
    ON CONFLICT (key, "window") DO UPDATE SET count = counter.count + 1
    RETURNING count, extract(epoch FROM "window" + interval '1 minute' - clock_timestamp())::float8
"""
# A counter may be lost with the machine, so that no request waits for the disk on its account. The setting lasts as
# long as the transaction: alone, that is this statement.
_COUNT_ALONE: Final = _COUNT + ", set_config('synchronous_commit', 'off', true)"


def count_request(key: str) -> tuple[int, float]:
    """Add one to the key's count of this clock minute; return the count and the seconds left in the minute."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT if connection.in_atomic_block else _COUNT_ALONE, [key])
        used, left = cursor.fetchone()[:2]
    return int(used), float(left)
