"""The list of KPIs, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from kpis.models import KPI
from kpis.selectors.kept_standings import kept_lines
from kpis.selectors.kpi_pages import KpiLine, line_of
from kpis.selectors.kpis import listed_kpis, standings
from mltrack.accounts.access import Principal

PAGE: Final = 25


@dataclass(frozen=True, slots=True)
class KpiLines:
    """One page of KPIs; `after` is the key at which the next page begins, empty on the last.

    `others` counts those of the other list: the archived beside those in use, and the reverse.
    """

    rows: tuple[KpiLine, ...]
    after: str
    others: int


def kpi_lines(principal: Principal, *, archived: bool = False, after: str = "", limit: int = PAGE) -> KpiLines:
    """Return the workspace's KPIs by key from `after` on: in two queries where they are kept, else at most five."""
    find = _archived if archived else _in_use
    rows = find(principal, after, limit + 1)
    others = KPI.objects.filter(workspace=principal.workspace, archived_at__isnull=archived)
    return KpiLines(
        rows=rows[:limit],
        after=rows[limit - 1].standing.kpi.key if len(rows) > limit else "",
        others=others.count(),
    )


def _in_use(principal: Principal, after: str, most: int) -> tuple[KpiLine, ...]:
    return kept_lines(principal, timezone.now(), after, most)


def _archived(principal: Principal, after: str, most: int) -> tuple[KpiLine, ...]:
    rows = list(listed_kpis(principal, archived=True).filter(key__gt=after)[:most])
    return tuple(line_of(each) for each in standings(rows))
