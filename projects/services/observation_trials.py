"""A source of observations tried before it is kept: its server is asked outside of transactions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from projects.models import Connection, Initiative, ObservationSource
from projects.services.asked_sources import Tried, fields_of
from projects.services.asking import Preview, ask_newest, preview_of
from projects.services.observation_fields import FIELDS, read_source
from projects.services.observation_questions import Question, query_of
from projects.services.observation_source_pages import Observing, checked_values


def preview_source(initiative: Initiative, connection: Connection, given: Mapping[str, Any]) -> Preview:
    """Return what a source would bring, without keeping anything.

    Call it outside of transactions: it waits for a server. Raises ValidationError({field: text}).
    """
    return _ask(initiative, connection, read_source(initiative, connection, {"name": "preview", **given}))


def try_source(initiative: Initiative, connection: Connection, given: Mapping[str, Any]) -> Tried:
    """Return a new source as it may be kept, once its server answered. Call it as `preview_source`."""
    values = read_source(initiative, connection, given)
    _ask(initiative, connection, values)
    return Tried(connection, values)


def try_edit(source: ObservationSource, changes: Mapping[str, Any]) -> Tried:
    """Return a changed source as it may be kept; its server is asked where anything changes. Call as `try_source`."""
    present = fields_of(source, FIELDS)
    values = read_source(source.initiative, source.connection, {**present, **changes})
    if values != present:
        _ask(source.initiative, source.connection, values)
    return Tried(source.connection, values, present)


def _ask(initiative: Initiative, connection: Connection, values: Mapping[str, Any]) -> Preview:
    zone, now = initiative.workspace.zone, timezone.now()
    query = query_of(Question(values["statement"], values["options"], values["begins"], zone), now)
    answer = ask_newest(connection, query)
    observing = Observing(values["kind"], values["name"], values["method"], values["threshold"], zone)
    found = checked_values(observing, answer.rows, now)
    return preview_of(found.values, [*answer.rejected, *found.odd], answer.warning)
