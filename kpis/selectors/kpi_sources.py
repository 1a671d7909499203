"""Sources of a KPI as people see them, and what their readings were before they were corrected."""

from __future__ import annotations

from django.db.models import QuerySet

from kpis.models import KPI, KpiSource, ReadingCorrection
from mltrack.accounts.models import Workspace
from projects.connectors.registry import CONNECTORS, brings_readings
from projects.models import Connection
from projects.selectors.asked_sources import SourceRow, rows_of

SHOWN = 20


def source_list(kpi: KPI) -> QuerySet[KpiSource]:
    """Return the KPI's sources with their connections."""
    return KpiSource.objects.filter(kpi=kpi).select_related("connection")


def correction_list(kpi: KPI) -> QuerySet[ReadingCorrection]:
    """Return what readings of the KPI were before they were corrected."""
    return ReadingCorrection.objects.filter(kpi=kpi)


def source_rows(kpi: KPI) -> list[SourceRow]:
    """Return the KPI's sources in the order of their names, in two queries."""
    sources = list(source_list(kpi).order_by("name"))
    return rows_of(sources, SHOWN * len(sources))


def reading_connections(workspace: Workspace) -> list[Connection]:
    """Return the connections that a source can ask, by name."""
    kinds = [kind for kind in CONNECTORS if brings_readings(kind)]
    return list(Connection.objects.filter(workspace=workspace, kind__in=kinds).order_by("name"))


def newest_corrections(kpi: KPI) -> list[ReadingCorrection]:
    """Return the last corrections, the newest first."""
    return list(correction_list(kpi).order_by("-pk")[:SHOWN])
