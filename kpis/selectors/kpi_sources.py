"""Sources of a KPI as people see them: in what condition, how old what they brought is, and what could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kpis.models import KPI, KpiSource, ReadingCorrection, SourceKind
from mltrack.accounts.models import Workspace
from projects.connectors.registry import CONNECTORS, brings_readings
from projects.models import Connection, RejectedRecord
from projects.selectors.questions import condition_at

SHOWN = 20


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source with its condition: ok, new, failing, paused or upload. `next_pull` is None where none is planned."""

    source: KpiSource
    condition: str
    words: str
    next_pull: datetime | None
    rejected: Sequence[RejectedRecord]

    @property
    def is_upload(self) -> bool:
        """Say whether files are given to it by hand."""
        return self.source.kind == SourceKind.UPLOAD


def source_list(kpi: KPI) -> QuerySet[KpiSource]:
    """Return the KPI's sources with their connections."""
    return KpiSource.objects.filter(kpi=kpi).select_related("connection")


def correction_list(kpi: KPI) -> QuerySet[ReadingCorrection]:
    """Return what readings of the KPI were before they were corrected."""
    return ReadingCorrection.objects.filter(kpi=kpi)


def source_rows(kpi: KPI) -> list[SourceRow]:
    """Return the KPI's sources in the order of their names, in two queries."""
    sources = list(source_list(kpi).order_by("name"))
    rejected: dict[str, list[RejectedRecord]] = {}
    found = RejectedRecord.objects.filter(connection__kpi_sources__kpi=kpi).distinct().order_by("-last_seen", "-pk")
    for each in found[: SHOWN * len(sources)] if sources else []:
        rejected.setdefault(each.external_id.split(" ", 1)[0], []).append(each)
    return [_row(each, rejected.get(each.public_id, [])) for each in sources]


def condition_of(source: KpiSource) -> tuple[str, str]:
    """Return in what condition a source is, and why in words."""
    connection = source.connection
    if connection is None:
        return "upload", _("Files are given by hand.")
    return condition_at(connection, source)


def reading_connections(workspace: Workspace) -> list[Connection]:
    """Return the connections that a source can ask, by name."""
    kinds = [kind for kind in CONNECTORS if brings_readings(kind)]
    return list(Connection.objects.filter(workspace=workspace, kind__in=kinds).order_by("name"))


def newest_corrections(kpi: KPI) -> list[ReadingCorrection]:
    """Return the last corrections, the newest first."""
    return list(correction_list(kpi).order_by("-pk")[:SHOWN])


def _row(source: KpiSource, rejected: Sequence[RejectedRecord]) -> SourceRow:
    condition, words = condition_of(source)
    planned = source.connection.next_due if source.connection and condition in ("ok", "new", "failing") else None
    return SourceRow(source, condition, words, planned, rejected[:5])
