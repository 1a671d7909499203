"""Sources of observations: the only writer of what is asked where. What they bring is written by the pull."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from mltrack.accounts.access import Principal
from projects.models import Connection, Initiative, ObservationSource, SyncAttempt
from projects.services.asked_sources import SourceTable, Tried
from projects.services.observation_fields import FIELDS
from projects.services.observation_trials import try_edit, try_source
from projects.services.run_rows import lock_source

MOST_SOURCES: Final = 100
"""So many sources of observations an initiative may have."""
_TABLE: Final = SourceTable(
    ObservationSource,
    parent="initiative",
    noun="observation source",
    fields=FIELDS,
    taken="This initiative has a source of {kind} named {name} already.",
)


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
    tried.expect_connection()
    lock_source(initiative)
    if ObservationSource.objects.filter(initiative=initiative).count() >= MOST_SOURCES:
        raise ValidationError({"name": f"An initiative has at most {MOST_SOURCES} sources of observations."})
    return _TABLE.keep(principal, ObservationSource(initiative=initiative, connection=tried.connection, **tried.values))


def edit_source(
    principal: Principal, source: ObservationSource, changes: Mapping[str, Any], *, expected_version: int | None = None
) -> ObservationSource:
    """Change what a source asks; it is tried first, and read anew from its first day. Call it as `add_source`.

    What it brought under another name stays. Raises ValidationError({field: text}) and VersionConflict.
    """
    return keep_edit(principal, source, try_edit(source, changes), expected_version=expected_version)


def keep_edit(
    principal: Principal, source: ObservationSource, tried: Tried, *, expected_version: int | None = None
) -> ObservationSource:
    """Keep a change that was tried. Raises as `edit_source`, also where source or connection changed since."""
    return _TABLE.keep_edit(principal, source, tried, expected_version)


def pause_source(principal: Principal, source: ObservationSource, *, paused: bool) -> ObservationSource:
    """Let a source ask nothing for a while, or ask again."""
    return _TABLE.pause(principal, source, paused=paused)


def remove_source(principal: Principal, source: ObservationSource) -> None:
    """Forget a source; the observations that it brought stay."""
    _TABLE.remove(principal, source)


def sync_source(principal: Principal, source: ObservationSource, *, whole: bool = False) -> SyncAttempt:
    """Ask for a pull of the source's connection now; with `whole` the source is read from its first day again."""
    return _TABLE.sync(principal, source, whole=whole)
