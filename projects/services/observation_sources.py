"""Sources of observations: the only writer of what is asked where. What they bring is written by the pull."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from mltrack.accounts.access import Principal
from mltrack.accounts.services.audit import record_audit
from projects.models import Connection, Initiative, ObservationSource, SyncAttempt
from projects.services.connections import ask_sync
from projects.services.observation_trials import Tried, fields_of, try_edit, try_source
from projects.services.run_rows import lock_source
from projects.services.texts import json_safe
from projects.services.versions import expect_version

MOST_SOURCES: Final = 100
"""So many sources of observations an initiative may have."""


def add_source(
    principal: Principal, initiative: Initiative, connection: Connection, given: Mapping[str, Any]
) -> ObservationSource:
    """Return a new source, which is pulled within seconds. It is asked once before it is kept.

    `given` holds kind, name, statement, options, threshold, method and begins (a day; ninety days ago by default). Call
    it outside of transactions: it waits for a server. Raises ValidationError({field: text}).
    """
    return keep_source(principal, initiative, try_source(initiative, connection, given))


@transaction.atomic
def keep_source(principal: Principal, initiative: Initiative, tried: Tried) -> ObservationSource:
    """Keep a source that was tried. Raises ValidationError({field: text}), also where its connection changed since."""
    _expect_connection(tried)
    lock_source(initiative)
    if ObservationSource.objects.filter(initiative=initiative).count() >= MOST_SOURCES:
        raise ValidationError({"name": f"An initiative has at most {MOST_SOURCES} sources of observations."})
    try:
        with transaction.atomic():
            made = ObservationSource.objects.create(initiative=initiative, connection=tried.connection, **tried.values)
    except IntegrityError as error:
        raise _name_taken(tried) from error
    record_audit(principal, "add", "observation source", made.public_id, after=_shown(made))
    ask_sync(principal, made.connection)
    return made


def edit_source(
    principal: Principal, source: ObservationSource, changes: Mapping[str, Any], *, expected_version: int | None = None
) -> ObservationSource:
    """Change what a source asks; it is tried first, and read anew from its first day. Call it as `add_source`.

    What it brought under another name stays. Raises ValidationError({field: text}) and VersionConflict.
    """
    return keep_edit(principal, source, try_edit(source, changes), expected_version=expected_version)


@transaction.atomic
def keep_edit(
    principal: Principal, source: ObservationSource, tried: Tried, *, expected_version: int | None = None
) -> ObservationSource:
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
    record_audit(principal, "edit", "observation source", locked.public_id, before=before, after=_shown(locked))
    ask_sync(principal, locked.connection)
    return locked


@transaction.atomic
def pause_source(principal: Principal, source: ObservationSource, *, paused: bool) -> ObservationSource:
    """Let a source ask nothing for a while, or ask again."""
    locked = _locked(source)
    if locked.paused != paused:
        locked.paused = paused
        locked.version += 1
        locked.save(update_fields=["paused", "version"])
        record_audit(principal, "pause" if paused else "resume", "observation source", locked.public_id)
    return locked


@transaction.atomic
def remove_source(principal: Principal, source: ObservationSource) -> None:
    """Forget a source; the observations that it brought stay."""
    locked = _locked(source)
    record_audit(principal, "remove", "observation source", locked.public_id, before=_shown(locked))
    locked.delete()


@transaction.atomic
def sync_source(principal: Principal, source: ObservationSource, *, whole: bool = False) -> SyncAttempt:
    """Ask for a pull of the source's connection now; with `whole` the source is read from its first day again."""
    locked = _locked(source)
    if whole:
        _forget(locked)
        locked.save(update_fields=["read_until", "digest", "version"])
        after = {"begins": str(locked.begins)}
        record_audit(principal, "back-fill", "observation source", locked.public_id, after=after)
    return ask_sync(principal, locked.connection)


def _expect_connection(tried: Tried) -> None:
    if not tried.still_holds():
        raise ValidationError({"connection": "The connection was changed while it was asked: try again."})


def _name_taken(tried: Tried) -> ValidationError:
    text = f"This initiative has a source of {tried.values['kind']} named {tried.values['name']} already."
    return ValidationError({"name": text})


def _locked(source: ObservationSource) -> ObservationSource:
    """Hold the source after its connection, in the order of a pull."""
    lock_source(source.connection)
    found = ObservationSource.objects.select_for_update(of=("self",))
    return found.select_related("connection__workspace", "initiative__workspace").get(pk=source.pk)


def _forget(source: ObservationSource) -> None:
    """Let the next pull read everything from the first day."""
    source.read_until, source.digest = None, ""
    source.version += 1


def _shown(source: ObservationSource) -> dict[str, Any]:
    """Return a source for the audit trail."""
    return {**json_safe(fields_of(source)), "connection": source.connection.public_id}
