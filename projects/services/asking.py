"""One question asked of a connection soon or not at all, as a person waits for it; nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from django.core.exceptions import ValidationError
from django.utils import timezone

from projects.connectors.base import ConnectorError, FetchesReadings
from projects.connectors.reading_pages import Answer
from projects.connectors.reading_records import RawReading, RejectedRow, SeriesQuery
from projects.models import Connection
from projects.services.clients import PAGE_PATIENCE, open_connection

SHOWN: Final = 20
_PERIODS: Final = 60


class Brought(Protocol):
    """A row of an answer as it would be kept."""

    @property
    def time(self) -> datetime:
        """Return its moment."""

    @property
    def value(self) -> float:
        """Return what was measured."""

    @property
    def segment(self) -> str:
        """Return of which part, empty for the whole."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a question brings now: how many rows could be kept, the newest of them, what is none, and what was said.

    Of Prometheus only the newest periods are asked for.
    """

    count: int
    newest: Sequence[Brought]
    rejected: Sequence[RejectedRow]
    warning: str = ""


def preview_of(found: Sequence[Brought], rejected: Sequence[RejectedRow], warning: str) -> Preview:
    """Return what a person is shown of an answer."""
    return Preview(len(found), sorted(found, key=_time, reverse=True)[:SHOWN], rejected[:SHOWN], warning)


def ask_newest(connection: Connection, query: SeriesQuery) -> Answer:
    """Ask as `ask_once`, of a query that names periods only for the newest of them."""
    return ask_once(connection, replace(query, periods=query.periods[-_PERIODS:]))


def ask_once(connection: Connection, query: SeriesQuery) -> Answer:
    """Return what a question brings now. Call it outside of transactions: it waits for a server.

    Raises ValidationError, by `statement` where the question is wrong and by `connection` where the way to it is.
    """
    rows: list[RawReading] = []
    rejected: list[RejectedRow] = []
    warning = ""
    try:
        with open_connection(connection, PAGE_PATIENCE) as (connector, _):
            if not isinstance(connector, FetchesReadings):
                raise ValidationError({"connection": "This kind of connection brings no readings."})
            for page in connector.fetch_readings([query], timezone.now()):
                if page.problem is not None:
                    raise ValidationError({"statement": page.problem[1]})
                rows += page.rows
                rejected += page.rejected
                warning = warning or page.warning
    except ConnectorError as error:
        raise ValidationError({"connection": error.text}) from error
    return Answer(rows, rejected, warning)


def _time(row: Brought) -> datetime:
    return row.time
