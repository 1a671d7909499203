"""Sources of a KPI's readings: the only writer of what is asked where. What they bring is written by the pull."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from kpis.models import KPI, KpiSource, SourceKind
from kpis.services.readings import Counts, record_checked
from kpis.services.source_pages import checked_rows
from kpis.services.source_previews import Preview, preview_file
from kpis.services.source_trials import Tried, fields_of, question_of, try_edit, try_source
from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.connectors.base import ConnectorError
from projects.connectors.csv_readings import CSVForm, read_csv
from projects.models import Connection, SyncAttempt
from projects.services.connections import ask_sync
from projects.services.run_rows import lock_source
from projects.services.versions import expect_version

MOST_SOURCES: Final = 50
"""So many sources a KPI may have."""


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
    _expect_connection(tried)
    try:
        with transaction.atomic():
            made = KpiSource.objects.create(kpi=kpi, kind=tried.kind, connection=tried.connection, **tried.values)
    except IntegrityError as error:
        raise _name_taken(tried) from error
    record_audit(principal, "add", "kpi source", made.public_id, after=_shown(made))
    if made.connection is not None:
        ask_sync(principal, made.connection)
    return made


def edit_source(
    principal: Principal, source: KpiSource, changes: Mapping[str, Any], *, expected_version: int | None = None
) -> KpiSource:
    """Change what a source asks; it is tried first, and read anew from its first day. Call it as `add_source`.

    Raises ValidationError({field: text}) and VersionConflict.
    """
    return keep_edit(principal, source, try_edit(source, changes), expected_version=expected_version)


@transaction.atomic
def keep_edit(
    principal: Principal, source: KpiSource, tried: Tried, *, expected_version: int | None = None
) -> KpiSource:
    """Keep a change that was tried. Raises as `edit_source`, also where source or connection changed since."""
    locked = _locked(source)
    expect_version(locked.version, expected_version)
    if fields_of(locked) != tried.before:
        raise ValidationError({"statement": "This source was changed while it was tried: try again."})
    _expect_connection(tried)
    before = _shown(locked)
    for name, value in tried.values.items():
        setattr(locked, name, value)
    _forget(locked)
    try:
        with transaction.atomic():
            locked.save()
    except IntegrityError as error:
        raise _name_taken(tried) from error
    record_audit(principal, "edit", "kpi source", locked.public_id, before=before, after=_shown(locked))
    if locked.connection is not None:
        ask_sync(principal, locked.connection)
    return locked


def _expect_connection(tried: Tried) -> None:
    if not tried.still_holds():
        raise ValidationError({"connection": "The connection was changed while it was asked: try again."})


def _name_taken(tried: Tried) -> ValidationError:
    return ValidationError({"name": f"This KPI has a source named {tried.values['name']} already."})


@transaction.atomic
def pause_source(principal: Principal, source: KpiSource, *, paused: bool) -> KpiSource:
    """Let a source ask nothing for a while, or ask again."""
    locked = _locked(source)
    if locked.paused != paused:
        locked.paused = paused
        locked.version += 1
        locked.save(update_fields=["paused", "version"])
        record_audit(principal, "pause" if paused else "resume", "kpi source", locked.public_id)
    return locked


@transaction.atomic
def remove_source(principal: Principal, source: KpiSource) -> None:
    """Forget a source; the readings that it brought stay."""
    locked = _locked(source)
    record_audit(principal, "remove", "kpi source", locked.public_id, before=_shown(locked))
    locked.delete()


@transaction.atomic
def sync_source(principal: Principal, source: KpiSource, *, whole: bool = False) -> SyncAttempt:
    """Ask for a pull of the source's connection now; with `whole` the source is read from its first day again.

    Raises ValidationError for an upload, which has none.
    """
    locked = _locked(source)
    if locked.connection is None:
        raise ValidationError({"connection": "An upload has no server to ask."})
    if whole:
        _forget(locked)
        locked.save(update_fields=["read_until", "digest", "version"])
        record_audit(principal, "back-fill", "kpi source", locked.public_id, after={"begins": str(locked.begins)})
    return ask_sync(principal, locked.connection)


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
        locked = _locked(source)
        counts = record_checked(locked.kpi, records, principal)
        newest = max(each.time for each in records)
        locked.read_until = max(filter(None, (locked.read_until, newest)))
        locked.save(update_fields=["read_until"])
    return counts


def _upload(source: KpiSource) -> dict[str, Any]:
    if source.kind != SourceKind.UPLOAD:
        raise ValidationError({"file": "This source is pulled: files go to an upload."})
    return {"statement": "", "options": source.options, "begins": source.begins}


def _locked(source: KpiSource) -> KpiSource:
    """Hold the source after its connection, in the order of a pull."""
    if source.connection is not None:
        lock_source(source.connection)
    found = KpiSource.objects.select_for_update(of=("self",)).select_related("connection__workspace", "kpi__workspace")
    return found.get(pk=source.pk)


def _forget(source: KpiSource) -> None:
    """Let the next pull read everything from the first day."""
    source.read_until, source.digest = None, ""
    source.version += 1


def _shown(source: KpiSource) -> dict[str, Any]:
    """Return a source for the audit trail."""
    connection = source.connection.public_id if source.connection else None
    kept = {name: getattr(source, name) for name in ("name", "statement", "options")}
    return {**kept, "kind": source.kind, "connection": connection, "begins": str(source.begins)}
