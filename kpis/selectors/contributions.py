"""KPIs that initiatives are expected to move."""

from __future__ import annotations

from kpis.models import Contribution
from projects.models import Initiative


def contributions_of(initiative: Initiative) -> list[Contribution]:
    """Return the ties of an initiative to KPIs that are not put away, the first made first."""
    return list(
        Contribution.objects.filter(initiative=initiative, kpi__archived_at__isnull=True)
        .select_related("kpi", "kpi__owner", "initiative__workspace", "bridge")
        .order_by("id")
    )
