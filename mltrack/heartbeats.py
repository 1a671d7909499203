"""Signs of life of the processes that nobody talks to, kept in PostgreSQL. No Django: the scheduler has none.

They are rows and not entries of the cache because the scheduler writes its own without Django, the database's clock
stamps and compares them, and one query reads them all.
"""

from __future__ import annotations

from typing import Any, Final

BEAT: Final = "beat"
BROKER: Final = "broker"
QUEUES: Final = ("celery", "pulls")
PARTS: Final = (BEAT, BROKER, *(f"queue:{queue}" for queue in QUEUES))

_RECORD: Final = """
INSERT INTO accounts_heartbeat AS h (part, beaten_at) VALUES (%s, clock_timestamp())
ON CONFLICT (part) DO UPDATE SET beaten_at = excluded.beaten_at WHERE h.beaten_at < excluded.beaten_at
"""
# A pull that stores a page holds its lease longer: with eight slow pulls at once the queue moves, though none ends.
_READ: Final = """
SELECT part, max(beaten_at), extract(epoch FROM clock_timestamp() - max(beaten_at))::float8 FROM (
    SELECT part, beaten_at FROM accounts_heartbeat
    UNION ALL
    SELECT 'queue:pulls', max(lease_until) - make_interval(secs => %s) FROM projects_connection
    WHERE lease_until > now() HAVING count(*) > 0
) AS signs GROUP BY part
"""


def record(cursor: Any, part: str) -> None:
    """Note that a part, one of PARTS, is alive now. `cursor` is any DB-API cursor; raises its database's errors."""
    cursor.execute(_RECORD, [part])


def read(cursor: Any, lease_seconds: float) -> list[tuple[str, Any, float]]:
    """Return each part that ever gave a sign: its name, the moment of the last, and the seconds since then."""
    cursor.execute(_READ, [lease_seconds])
    return [(str(part), moment, max(0.0, float(age))) for part, moment, age in cursor.fetchall()]
