"""Where the KPIs of a workspace stand, in words, kept by each process until anything that it rests on changes.

One query hashes what is read: KPIs, owners, the workspace, goals that are open, and the newest readings with the moment
at which each was recorded. So whatever another process writes is told at once, and nothing stale ever is. The clock
moves a standing only where a day begins somewhere, which it does at full quarters of an hour.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.db import connection

from kpis.selectors.kpi_pages import KpiLine, line_of
from kpis.selectors.kpis import listed_kpis, standings
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace
from mltrack.prepared import Prepared

KEPT: Final = 16
ALL: Final = 1_000_000
QUARTER: Final = 15
# A period more than a line shows: where the newest began is for the query of the periods to say.
_STAMP: Final = Prepared(
    """
SELECT count(*), bit_xor(hash_record_extended(ROW(kpi, owner.name, owner.email, workspace), 0)),
    bit_xor(hash_record_extended(ROW(goals.n, goals.seen), kpi.id)),
    bit_xor(hash_record_extended(ROW(readings.n, readings.seen), kpi.id))
FROM (
    SELECT id FROM kpis_kpi WHERE workspace_id = %(workspace)s AND archived_at IS NULL AND key > %(after)s
    ORDER BY key LIMIT %(most)s
) AS asked
JOIN kpis_kpi kpi ON kpi.id = asked.id
JOIN accounts_workspace workspace ON workspace.id = kpi.workspace_id
LEFT JOIN accounts_user owner ON owner.id = kpi.owner_id
CROSS JOIN LATERAL (
    SELECT count(*) AS n, bit_xor(hash_record_extended(goal, 0)) AS seen
    FROM kpis_goal goal WHERE goal.kpi_id = kpi.id AND goal.state IN ('active', 'proposed')
) AS goals
CROSS JOIN LATERAL (
    SELECT count(*) AS n, bit_xor(hash_record_extended(ROW(time, value, recorded_at), 0)) AS seen
    FROM kpis_reading WHERE kpi_id = kpi.id AND segment = '' AND time >= (
        SELECT time FROM kpis_reading WHERE kpi_id = kpi.id AND segment = '' ORDER BY time DESC LIMIT 1
    ) - 27 * CASE kpi.period WHEN 'day' THEN interval '1 day' WHEN 'week' THEN interval '7 days'
        WHEN 'month' THEN interval '1 month' ELSE interval '3 months' END
) AS readings
""",
    workspace="bigint",
    after="text",
    most="bigint",
)
Stamp = tuple[Any, ...]


def kept_lines(principal: Principal, now: datetime, after: str = "", most: int = ALL) -> tuple[KpiLine, ...]:
    """Return where the first KPIs by key after one stand, of those in use: one query where it is kept, else four."""
    asked = principal.workspace.pk, after, most
    quarter = now.replace(minute=now.minute - now.minute % QUARTER, second=0, microsecond=0)
    return _kept(*asked, quarter, _stamp(*asked))


@lru_cache(maxsize=KEPT)
def _kept(workspace: int, after: str, most: int, quarter: datetime, stamp: Stamp) -> tuple[KpiLine, ...]:
    """Return the lines; the stamp names the rows that are read, which may be newer but never older."""
    anybody = Principal(workspace=Workspace(pk=workspace), role="viewer")
    rows = listed_kpis(anybody).filter(key__gt=after)[:most]
    return tuple(line_of(each) for each in standings(list(rows), quarter))


def _stamp(workspace: int, after: str, most: int) -> Stamp:
    with connection.cursor() as cursor:
        _STAMP.run(cursor, {"workspace": workspace, "after": after, "most": most})
        return tuple(cursor.fetchall()[0])
