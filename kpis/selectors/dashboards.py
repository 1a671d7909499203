"""Dashboards as they are composed: those that ship, and those of the workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import Http404

from kpis.access import dashboard_of
from kpis.models import KPI, Dashboard, Panel
from kpis.scoring.dashboards.composed import Composed, PanelSpec
from kpis.scoring.dashboards.shipped import SHIPPED
from mltrack.accounts.access import Principal
from mltrack.accounts.models import Workspace


@dataclass(frozen=True, slots=True)
class DashboardLine:
    """A dashboard in the list; of one that ships `is_shipped`."""

    key: str
    name: str
    team: str
    description: str
    panels: int
    is_shipped: bool


@dataclass(frozen=True, slots=True)
class DashboardList:
    """The dashboards by team and name, those that ship first; `others` counts those of the other list, put away."""

    rows: tuple[DashboardLine, ...]
    others: int


def dashboard_list(principal: Principal, *, archived: bool = False) -> DashboardList:
    """Return the dashboards that are in use, or those put away, in one query."""
    ours = list(stored_dashboards(principal).annotate(n=Count("panels", filter=Q(panels__position__isnull=False))))
    shown: list[Any] = [each for each in ours if (each.archived_at is not None) == archived]
    rows = [DashboardLine(each.key, each.name, each.team, each.description, each.n, False) for each in shown]
    shipped = [
        DashboardLine(each.key, each.name, each.team, each.description, len(each.panels), True)
        for each in SHIPPED.values()
    ]
    rows.sort(key=lambda each: (each.team.lower(), each.name.lower(), each.key))
    return DashboardList((*(() if archived else shipped), *rows), len(ours) - len(shown))


def stored_dashboards(principal: Principal) -> QuerySet[Dashboard]:
    """Return the workspace's own dashboards, those put away too."""
    return Dashboard.objects.filter(workspace=principal.workspace)


def with_panels(rows: QuerySet[Dashboard]) -> QuerySet[Dashboard]:
    """Return dashboards with their panels in order as `shown_panels`."""
    panels = Panel.objects.filter(position__isnull=False).order_by("position")
    return rows.prefetch_related(Prefetch("panels", panels, to_attr="shown_panels"))


def composed_of(principal: Principal, key: str) -> Composed:
    """Return a dashboard with its panels: in two queries, none for one that ships. Raises Http404."""
    if key in SHIPPED:
        return SHIPPED[key]
    found = with_panels(stored_dashboards(principal).filter(key=key)).first()
    if found is None:
        raise Http404(f"No dashboard {key[:60]} here.")
    return told(found)


def told(dashboard: Any) -> Composed:
    """Return a dashboard that was read by `with_panels`."""
    panels: Sequence[Panel] = dashboard.shown_panels
    return Composed(
        key=dashboard.key,
        name=dashboard.name,
        team=dashboard.team,
        description=dashboard.description,
        panels=tuple(PanelSpec(each.kind, each.title, each.width, each.settings, each.public_id) for each in panels),
        version=dashboard.version,
        archived=dashboard.archived_at is not None,
        pk=dashboard.pk,
    )


def dashboard_to_show(principal: Principal, key: str, *, lock: bool = False) -> Any:
    """Return a stored dashboard as `told` reads it, held until the end of the transaction with `lock`."""
    found = dashboard_of(principal, key, lock=lock)
    return with_panels(stored_dashboards(principal)).get(pk=found.pk)


def kpi_names(workspace: Workspace) -> list[tuple[str, str]]:
    """Return key and name of the KPIs that are not put away, by name; one query."""
    return list(
        KPI.objects.filter(workspace=workspace, archived_at=None).order_by("name", "key").values_list("key", "name")
    )
