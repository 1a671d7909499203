"""A question tried before it is kept: what it would bring, or why it brings nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone

from kpis.models import KPI
from kpis.services.reading_input import ReadingRecord
from kpis.services.source_pages import checked_rows
from kpis.services.source_questions import Question, query_of
from projects.connectors.base import ConnectorError
from projects.connectors.csv_readings import CSVForm, read_csv
from projects.connectors.reading_records import RawReading, RejectedRow, SeriesQuery
from projects.models import Connection
from projects.services.asking import ask_once

SHOWN: Final = 20
_PERIODS: Final = 60


@dataclass(frozen=True, slots=True)
class Preview:
    """What a question brings now: how many readings, the newest of them, what is no reading, and what was said.

    Of Prometheus only the newest periods are asked for.
    """

    count: int
    newest: Sequence[ReadingRecord]
    rejected: Sequence[RejectedRow]
    warning: str = ""


def preview_question(kpi: KPI, connection: Connection, question: Question) -> Preview:
    """Ask a question of its connection, soon or not at all; nothing is kept.

    Raises ValidationError, by `statement` where the question is wrong and by `connection` where the way to it is.
    """
    found = ask_once(connection, _newest(query_of(kpi, question, timezone.now())))
    return _preview(kpi, found.rows, found.rejected, found.warning)


def preview_file(kpi: KPI, question: Question, content: bytes) -> Preview:
    """Read a file without keeping anything. Raises ValidationError by `file`."""
    try:
        found = read_csv(content, CSVForm.read(question.options))
    except ConnectorError as error:
        raise ValidationError({"file": error.text}) from error
    return _preview(kpi, found.rows, found.rejected, "")


def _newest(query: SeriesQuery) -> SeriesQuery:
    return replace(query, periods=query.periods[-_PERIODS:])


def _preview(kpi: KPI, rows: Sequence[RawReading], rejected: Sequence[RejectedRow], warning: str) -> Preview:
    records, odd = checked_rows(kpi, rows)
    newest = sorted(records, key=_time, reverse=True)[:SHOWN]
    return Preview(len(records), newest, [*rejected, *odd][:SHOWN], warning)


def _time(record: ReadingRecord) -> datetime:
    return record.time
