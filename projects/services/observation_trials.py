"""A source of observations tried before it is kept: its server is asked outside of transactions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from projects.connectors.reading_records import RejectedRow
from projects.models import Connection, Initiative, ObservationSource
from projects.progress.observed import ObservedValue
from projects.services.asking import ask_once
from projects.services.observation_fields import FIELDS, read_source
from projects.services.observation_questions import Question, query_of
from projects.services.observation_source_pages import Observing, checked_values

SHOWN: Final = 20
_DAYS: Final = 60


@dataclass(frozen=True, slots=True)
class Preview:
    """What a question brings now: how many observations of finished days, the newest of them, and what is none.

    Of Prometheus only the newest days are asked for.
    """

    count: int
    newest: Sequence[ObservedValue]
    rejected: Sequence[RejectedRow]
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """A question that was answered: of which connection, as it was then, and what the source was `before`."""

    connection: Connection
    values: Mapping[str, Any]
    before: Mapping[str, Any] | None = None

    def still_holds(self) -> bool:
        """Say whether the connection is as it was asked, and hold it so until the end of the transaction."""
        same = Connection.objects.filter(pk=self.connection.pk, version=self.connection.version)
        return same.select_for_update(no_key=True).first() is not None


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
    present = fields_of(source)
    values = read_source(source.initiative, source.connection, {**present, **changes})
    if values != present:
        _ask(source.initiative, source.connection, values)
    return Tried(source.connection, values, present)


def fields_of(source: ObservationSource) -> dict[str, Any]:
    """Return what a source says by field."""
    return {name: getattr(source, name) for name in FIELDS}


def _ask(initiative: Initiative, connection: Connection, values: Mapping[str, Any]) -> Preview:
    zone, now = initiative.workspace.zone, timezone.now()
    query = query_of(Question(values["statement"], values["options"], values["begins"], zone), now)
    answer = ask_once(connection, replace(query, periods=query.periods[-_DAYS:]))
    observing = Observing(values["kind"], values["name"], values["method"], values["threshold"], zone)
    found = checked_values(observing, answer.rows, now)
    newest = sorted(found.values, key=_time, reverse=True)[:SHOWN]
    return Preview(len(found.values), newest, [*answer.rejected, *found.odd][:SHOWN], answer.warning)


def _time(value: ObservedValue) -> datetime:
    return value.time
