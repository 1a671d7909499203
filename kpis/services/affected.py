"""Which initiatives and derived KPIs a change of judgement touches, and the note that they must be judged again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import connection

from kpis.models import KPI, Contribution
from kpis.services.alerts import note_watch
from kpis.services.formula_due import note_formulas
from projects.models import Initiative
from projects.services.due import note_due

# One statement for what every batch of readings asks: its alerts are due, and who else is touched.
_TOUCHED: Final = """
    WITH watched AS (UPDATE kpis_alertwatch SET due_at = statement_timestamp() WHERE kpi_id = %(kpi)s)
    SELECT 'itself', id FROM kpis_kpi WHERE id = %(kpi)s AND formula_id IS NOT NULL
    UNION
    SELECT 'derived', made.id FROM kpis_formulapart part JOIN kpis_kpi made ON made.formula_id = part.formula_id
    WHERE part.kpi_id = %(kpi)s
    UNION
    SELECT 'initiative', initiative_id FROM kpis_contribution WHERE kpi_id = %(kpi)s
    ORDER BY 1, 2
"""


def note_initiative(initiative: Initiative, reason: str) -> None:
    """Note in the caller's transaction that one initiative must be judged again."""
    note_due([initiative.pk], reason)


def note_kpi(kpi: KPI, reason: str) -> None:
    """Note in the caller's transaction that a KPI's alerts and the initiatives that contribute to it must be judged."""
    note_watch(kpi)
    touched = list(
        Contribution.objects.filter(kpi=kpi).order_by("initiative_id").values_list("initiative_id", flat=True)
    )
    if touched:
        note_due(touched, reason)


def note_readings(kpi: KPI, since: datetime | None) -> bool:
    """Note as `note_kpi` that readings changed from a moment on (None: from the first), and what is derived of them.

    Return whether the KPI is itself derived, as of now.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, {"kpi": kpi.pk})
        found: list[tuple[str, int]] = cursor.fetchall()
    note_formulas([pk for kind, pk in found if kind == "derived"], since)
    initiatives = [pk for kind, pk in found if kind == "initiative"]
    if initiatives:
        note_due(initiatives, "readings")
    return any(kind == "itself" for kind, _ in found)
