"""KPIs that initiatives are expected to move."""

from __future__ import annotations

from kpis.models import KPI, Contribution
from projects.models import Initiative


def contributions_of(initiative: Initiative) -> list[Contribution]:
    """Return the ties of an initiative to KPIs that are not put away, the first made first."""
    return list(
        Contribution.objects.filter(initiative=initiative, kpi__archived_at__isnull=True)
        .select_related("kpi", "kpi__owner", "initiative__workspace", "bridge")
        .order_by("id")
    )


def control_choices(kpi: KPI) -> list[tuple[str, str]]:
    """Return (key, name) of each KPI in use that may be the control of one: in the same unit, by the same period."""
    alike = KPI.objects.filter(workspace=kpi.workspace_id, archived_at__isnull=True, unit=kpi.unit, period=kpi.period)
    return list(alike.order_by("name", "key").values_list("key", "name")[:1000])
