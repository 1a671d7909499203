"""A question tried before it is kept: what it would bring, or why it brings nothing."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils import timezone

from kpis.models import KPI
from kpis.services.source_pages import checked_rows
from kpis.services.source_questions import Question, query_of
from projects.connectors.base import ConnectorError
from projects.connectors.csv_readings import CSVForm, read_csv
from projects.connectors.reading_records import RawReading, RejectedRow
from projects.models import Connection
from projects.services.asking import Preview, ask_newest, preview_of


def preview_question(kpi: KPI, connection: Connection, question: Question) -> Preview:
    """Ask a question of its connection, soon or not at all; nothing is kept.

    Raises ValidationError, by `statement` where the question is wrong and by `connection` where the way to it is.
    """
    found = ask_newest(connection, query_of(kpi, question, timezone.now()))
    return _preview(kpi, found.rows, found.rejected, found.warning)


def preview_file(kpi: KPI, question: Question, content: bytes) -> Preview:
    """Read a file without keeping anything. Raises ValidationError by `file`."""
    try:
        found = read_csv(content, CSVForm.read(question.options))
    except ConnectorError as error:
        raise ValidationError({"file": error.text}) from error
    return _preview(kpi, found.rows, found.rejected, "")


def _preview(kpi: KPI, rows: Sequence[RawReading], rejected: Sequence[RejectedRow], warning: str) -> Preview:
    records, odd = checked_rows(kpi, rows)
    return preview_of(records, [*rejected, *odd], warning)
