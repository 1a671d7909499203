"""Which initiatives a change of judgement touches, and the note that they must be judged again."""

from __future__ import annotations

from kpis.models import KPI, Contribution
from projects.models import Initiative
from projects.services.due import note_due


def note_initiative(initiative: Initiative, reason: str) -> None:
    """Note in the caller's transaction that one initiative must be judged again."""
    note_due([initiative.pk], reason)


def note_kpi(kpi: KPI, reason: str) -> None:
    """Note in the caller's transaction that every initiative that contributes to a KPI must be judged again."""
    touched = list(
        Contribution.objects.filter(kpi=kpi).order_by("initiative_id").values_list("initiative_id", flat=True)
    )
    if touched:
        note_due(touched, reason)
