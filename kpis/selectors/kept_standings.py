"""Where the KPIs of a workspace stand, in words, kept by each process until anything that it rests on changes.

The clock moves a standing only where a day begins somewhere, which it does at full quarters of an hour.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Final

from kpis.selectors.kpi_pages import KpiLine, line_of
from kpis.selectors.kpis import listed_kpis, standings
from kpis.selectors.row_versions import ALL, Stamp, versions_of
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace

KEPT: Final = 16
TABLES: Final = ("accounts_user", "accounts_workspace", "kpis_goal", "kpis_kpi", "kpis_reading")
_QUARTER: Final = 15


def kept_lines(
    principal: Principal, now: datetime, after: str = "", most: int = ALL, stamp: Stamp = ()
) -> tuple[KpiLine, ...]:
    """Return where the first KPIs by key after one stand, of those in use: one query where it is kept, else four.

    Who has the stamp of `TABLES` already asks no query for it.
    """
    asked = principal.workspace.pk, after, most
    return _kept(*asked, quarter_of(now), stamp or versions_of(asked[0], TABLES, after, most).of(TABLES))


def quarter_of(now: datetime) -> datetime:
    """Return the quarter of an hour that a moment lies in."""
    return now.replace(minute=now.minute - now.minute % _QUARTER, second=0, microsecond=0)


@lru_cache(maxsize=KEPT)
def _kept(workspace: int, after: str, most: int, quarter: datetime, stamp: Stamp) -> tuple[KpiLine, ...]:
    """Return the lines; the stamp names the rows that are read, which may be newer but never older."""
    anybody = Principal(workspace=Workspace(pk=workspace), role="viewer")
    rows = listed_kpis(anybody).filter(key__gt=after)[:most]
    return tuple(line_of(each) for each in standings(list(rows), quarter))
