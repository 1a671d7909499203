"""Which derived KPIs must be reckoned again: notes, written in the transaction of what changed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from kpis.models import FormulaDue, FormulaPart
from kpis.selectors.formula_horizon import horizon
from projects.models import Initiative

AT_ONCE: Final = 500
# All notes are written in one order, so that none waits for another that waits for it. A note that waits already is
# widened; its time moves on, so that whoever reckons meanwhile sees that more came.
_NOTE: Final = """
    INSERT INTO kpis_formuladue AS kept (kpi_id, due_at, since)
    SELECT id, clock_timestamp(), %(since)s FROM unnest(%(ids)s::bigint[]) AS noted (id) ORDER BY id
    ON CONFLICT (kpi_id) DO UPDATE SET due_at = clock_timestamp(), since = CASE
        WHEN kept.due_at > clock_timestamp() THEN excluded.since
        WHEN kept.since IS NOT NULL AND excluded.since IS NOT NULL THEN LEAST(kept.since, excluded.since)
    END
"""


def note_formulas(kpi_ids: Collection[int], since: datetime | None) -> None:
    """Note that derived KPIs must be reckoned from a moment on, with None from the first."""
    if kpi_ids:
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, {"ids": sorted(kpi_ids), "since": since})


def note_facts_of(initiative: Initiative, now: datetime) -> None:
    """Note the derived KPIs whose formulas name a fact of an initiative, as far back as its judgements are all kept."""
    made = FormulaPart.objects.filter(initiative=initiative, formula=F("formula__kpi__formula"))
    note_formulas(set(made.values_list("formula__kpi_id", flat=True)), horizon(now))


def due_formulas() -> list[int]:
    """Return up to 500 derived KPIs that must be reckoned now, the longest due first, in one query."""
    due = FormulaDue.objects.filter(due_at__lte=Now()).order_by("due_at")
    return list(due.values_list("kpi_id", flat=True)[:AT_ONCE])
