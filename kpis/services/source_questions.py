"""Sources as questions to a connection: since when they ask, and for which periods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from kpis.models import KPI, KpiSource, SourceKind
from kpis.scoring.calendar.units import first_day, morning
from kpis.scoring.finished_periods import finished_periods
from kpis.selectors.period_table import rules_of
from kpis.selectors.periods import unit_of
from projects.connectors.reading_records import SeriesQuery
from projects.models import Connection
from projects.services.asked_sources import asked_from


@dataclass(frozen=True, slots=True)
class Question:
    """What a source asks, kept or not yet."""

    kind: str
    statement: str
    options: Mapping[str, Any]
    begins: date


def questions_of(connection: Connection, now: datetime) -> list[SeriesQuery]:
    """Return what the sources of a connection ask for now, in one query: those that failed last.

    Paused ones and those put away ask nothing.
    """
    found = KpiSource.objects.filter(connection=connection, paused=False, kpi__archived_at__isnull=True)
    return [_query_of(each, now) for each in found.select_related("kpi__workspace").order_by("error_code", "pk")]


def _query_of(source: KpiSource, now: datetime) -> SeriesQuery:
    question = Question(source.kind, source.statement, source.options, source.begins)
    asked = query_of(source.kpi, question, now, source.public_id, source.read_until, source.digest)
    return replace(asked, version=source.version)


def query_of(
    kpi: KPI,
    question: Question,
    now: datetime,
    name: str = "",
    read_until: datetime | None = None,
    digest: str = "",
) -> SeriesQuery:
    """Return a question as a connector takes it: from its first day, or from a week before what is there."""
    rules, unit = rules_of(kpi.workspace), unit_of(kpi)
    begins = asked_from(question.begins, read_until, kpi.zone)
    periods: list[tuple[datetime, datetime]] = []
    if question.kind == SourceKind.PROMETHEUS:
        periods = list(finished_periods(unit, kpi.zone, begins, now, rules))
    since = morning(first_day(begins, unit, rules), kpi.zone)
    return SeriesQuery(name, question.statement, question.options, since, periods, digest)
