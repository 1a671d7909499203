"""Sources of a KPI's readings: the only writer of what is asked where. What they bring is written by the pull."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from kpis.models import KPI, KpiSource, SourceKind
from kpis.services.readings import Counts, record_checked
from kpis.services.source_pages import checked_rows
from kpis.services.source_previews import preview_file
from kpis.services.source_trials import FIELDS, question_of, try_edit, try_source
from mltrack.accounts.access import Principal
from projects.connectors.base import ConnectorError
from projects.connectors.csv_readings import CSVForm, read_csv
from projects.models import Connection, SyncAttempt
from projects.services.asked_sources import SourceTable, Tried
from projects.services.asking import Preview

MOST_SOURCES: Final = 50
"""So many sources a KPI may have."""
_TABLE: Final = SourceTable(
    KpiSource,
    parent="kpi",
    noun="kpi source",
    fields=FIELDS,
    taken="This KPI has a source named {name} already.",
)


def add_source(
    principal: Principal, kpi: KPI, kind: str, connection: Connection | None, given: Mapping[str, Any]
) -> KpiSource:
    """Return a new source, which is pulled within seconds. It is asked once before it is kept.

    `given` holds name, statement, options and begins (a day; three years ago by default). Call it outside of
    transactions: it waits for a server. Raises ValidationError({field: text}).
    """
    return keep_source(principal, kpi, try_source(kpi, kind, connection, given))


@transaction.atomic
def keep_source(principal: Principal, kpi: KPI, tried: Tried) -> KpiSource:
    """Keep a source that was tried. Raises ValidationError({field: text}), also where its connection changed since."""
    if KPI.objects.select_for_update(no_key=True).get(pk=kpi.pk).formula_id is not None:
        raise ValidationError({"name": "This KPI is derived: its readings come from its formula."})
    if KpiSource.objects.filter(kpi=kpi).count() >= MOST_SOURCES:
        raise ValidationError({"name": f"A KPI has at most {MOST_SOURCES} sources."})
    tried.expect_connection()
    return _TABLE.keep(principal, KpiSource(kpi=kpi, connection=tried.connection, **tried.values))


def edit_source(
    principal: Principal, source: KpiSource, changes: Mapping[str, Any], *, expected_version: int | None = None
) -> KpiSource:
    """Change what a source asks; it is tried first, and read anew from its first day. Call it as `add_source`.

    Raises ValidationError({field: text}) and VersionConflict.
    """
    return keep_edit(principal, source, try_edit(source, changes), expected_version=expected_version)


def keep_edit(
    principal: Principal, source: KpiSource, tried: Tried, *, expected_version: int | None = None
) -> KpiSource:
    """Keep a change that was tried. Raises as `edit_source`, also where source or connection changed since."""
    return _TABLE.keep_edit(principal, source, tried, expected_version)


def pause_source(principal: Principal, source: KpiSource, *, paused: bool) -> KpiSource:
    """Let a source ask nothing for a while, or ask again."""
    return _TABLE.pause(principal, source, paused=paused)


def remove_source(principal: Principal, source: KpiSource) -> None:
    """Forget a source; the readings that it brought stay."""
    _TABLE.remove(principal, source)


def sync_source(principal: Principal, source: KpiSource, *, whole: bool = False) -> SyncAttempt:
    """Ask for a pull of the source's connection now; with `whole` the source is read from its first day again.

    Raises ValidationError for an upload, which has none.
    """
    return _TABLE.sync(principal, source, whole=whole)


def preview_upload(source: KpiSource, content: bytes) -> Preview:
    """Return what a file of an upload holds, without keeping anything. Raises ValidationError."""
    return preview_file(source.kpi, question_of(source.kind, _upload(source)), content)


def record_upload(principal: Principal, source: KpiSource, content: bytes) -> Counts:
    """Record a file, all of it or, where a row is wrong, none. Raises ValidationError that names each wrong line."""
    try:
        found = read_csv(content, CSVForm.read(_upload(source)["options"]))
    except ConnectorError as error:
        raise ValidationError({"file": error.text}) from error
    records, odd = checked_rows(source.kpi, found.rows)
    wrong = [*found.rejected, *odd]
    if wrong:
        raise ValidationError({each.place: each.reason for each in wrong[:50]})
    if not records:
        raise ValidationError({"file": "There is no reading in it."})
    with transaction.atomic():
        locked = _TABLE.hold(source)
        counts = record_checked(locked.kpi, records, principal)
        newest = max(each.time for each in records)
        locked.read_until = max(filter(None, (locked.read_until, newest)))
        locked.save(update_fields=["read_until"])
    return counts


def _upload(source: KpiSource) -> dict[str, Any]:
    if source.kind != SourceKind.UPLOAD:
        raise ValidationError({"file": "This source is pulled: files go to an upload."})
    return {"statement": "", "options": source.options, "begins": source.begins}
