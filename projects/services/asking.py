"""One question asked of a connection soon or not at all, as a person waits for it; nothing is kept."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils import timezone

from projects.connectors.base import ConnectorError, FetchesReadings
from projects.connectors.reading_pages import Answer
from projects.connectors.reading_records import RawReading, RejectedRow, SeriesQuery
from projects.models import Connection
from projects.services.clients import PAGE_PATIENCE, open_connection


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
