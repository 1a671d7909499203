"""Readings of derived KPIs: reckoned where they are due, and kept like any others, with what they were before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models.functions import Now

from kpis.models import KPI, FormulaDue
from kpis.scoring.calendar.units import morning, start_of
from kpis.scoring.formulas.grammar import read_formula
from kpis.scoring.formulas.tree import FactPart, Node, parts_of
from kpis.selectors.formula_horizon import horizon
from kpis.selectors.formula_parts import derive, named_in
from kpis.selectors.period_table import rules_of
from kpis.selectors.periods import unit_of
from kpis.services.affected import note_readings
from kpis.services.reading_columns import columns_of
from kpis.services.reading_input import ReadingRecord
from kpis.services.reading_rows import write_readings
from mltrack.clock import database_now

# What the formula no longer gives goes, and stays known as a correction.
_DROP: Final = """
    WITH gone AS (
        DELETE FROM kpis_reading WHERE kpi_id = %(kpi)s AND segment = '' AND formula IS NOT NULL
            AND (%(since)s::timestamptz IS NULL OR time >= %(since)s) AND NOT time = ANY(%(times)s::timestamptz[])
        RETURNING segment, time, value, recorded_at
    )
    INSERT INTO kpis_readingcorrection (kpi_id, segment, time, value, replaced_by, recorded_at, replaced_at)
    SELECT %(kpi)s, segment, time, value, NULL, recorded_at, now() FROM gone
"""
_MARK: Final = """
    UPDATE kpis_reading SET formula = %(number)s
    WHERE kpi_id = %(kpi)s AND segment = '' AND time = ANY(%(times)s::timestamptz[])
        AND formula IS DISTINCT FROM %(number)s
"""


def reckon_kpi(kpi_id: int) -> bool:
    """Reckon a derived KPI if it is due and nobody else does; return whether any reading changed.

    What comes meanwhile moves the note on, which is then left for the next time.
    """
    due = FormulaDue.objects.filter(pk=kpi_id, due_at__lte=Now()).first()
    if due is None:
        return False
    with transaction.atomic():
        ours = KPI.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        kpi = ours.select_related("workspace", "formula").filter(pk=kpi_id, formula__isnull=False).first()
        if kpi is None:
            return False
        now = database_now()
        tree = read_formula(kpi.formula_text)
        changed = _reckon(kpi, tree, due.since, now)
    tomorrow = morning(now.astimezone(ZoneInfo(kpi.zone)).date() + timedelta(days=1), kpi.zone)
    seen = FormulaDue.objects.filter(pk=kpi_id, due_at=due.due_at)
    has_facts = any(isinstance(each, FactPart) for each in parts_of(tree))
    seen.update(due_at=tomorrow, since=horizon(now) if has_facts else None)
    return changed


def _reckon(kpi: KPI, tree: Node, since: datetime | None, now: datetime) -> bool:
    """Write what the formula gives since then; return whether anything changed."""
    found = derive(kpi, tree, named_in(kpi, tree), now, since)
    known = zip(found.starts, found.values, strict=True)
    records = [ReadingRecord(morning(start, kpi.zone), value) for start, value in known if value is not None]
    rules = rules_of(kpi.workspace)
    begins = None if since is None else morning(start_of(since, unit_of(kpi), kpi.zone, rules), kpi.zone)
    changed = _keep(kpi, records, begins)
    if changed:
        note_readings(kpi, begins)
    return changed


def _keep(kpi: KPI, records: list[ReadingRecord], since: datetime | None) -> bool:
    values: dict[str, Any] = {
        "kpi": kpi.pk,
        "number": kpi.formula_number,
        "times": [each.time for each in records],
        "since": since,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DROP, values)
        dropped = cursor.rowcount
        written = write_readings(kpi, columns_of(records)) if records else (0, 0)
        cursor.execute(_MARK, values)
    return bool(dropped or any(written))
