"""A source tried before it is kept: its server is asked outside of transactions, and what was asked is then kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError

from kpis.models import KPI, KpiSource, SourceKind
from kpis.services.fields import Fields
from kpis.services.goals import today_of
from kpis.services.source_fields import read_options, read_statement
from kpis.services.source_previews import preview_file, preview_question
from kpis.services.source_questions import Question
from projects.models import Connection
from projects.services.asked_sources import Tried, fields_of
from projects.services.asking import Preview

FIELDS: Final = ("name", "statement", "options", "begins")
YEARS_BEFORE: Final = 3


def preview_source(
    kpi: KPI, kind: str, connection: Connection | None, given: Mapping[str, Any], content: bytes = b""
) -> Preview:
    """Return what a source would bring, without keeping anything; an upload brings `content`, a file.

    Call it outside of transactions: it waits for a server. Raises ValidationError({field: text}).
    """
    values = read_source(kpi, kind, connection, {"name": "preview", **given})
    if connection is None:
        return preview_file(kpi, question_of(kind, values), content)
    return preview_question(kpi, connection, question_of(kind, values))


def try_source(kpi: KPI, kind: str, connection: Connection | None, given: Mapping[str, Any]) -> Tried:
    """Return a new source as it may be kept, once its server answered. Call it as `preview_source`."""
    values = read_source(kpi, kind, connection, given)
    if connection is not None:
        preview_question(kpi, connection, question_of(kind, values))
    return Tried(connection, {"kind": kind, **values})


def try_edit(source: KpiSource, changes: Mapping[str, Any]) -> Tried:
    """Return a changed source as it may be kept; its server is asked where anything changes. Call as `try_source`."""
    present = fields_of(source, FIELDS)
    values = read_source(source.kpi, source.kind, source.connection, {**present, **changes})
    if source.connection is not None and values != present:
        preview_question(source.kpi, source.connection, question_of(source.kind, values))
    return Tried(source.connection, values, present)


def question_of(kind: str, values: Mapping[str, Any]) -> Question:
    """Return what a source of these values asks."""
    return Question(kind, values["statement"], values["options"], values["begins"])


def read_source(kpi: KPI, kind: str, connection: Connection | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a source, whole. Raises ValidationError({field: text})."""
    fields = Fields(given, FIELDS)
    if kind not in SourceKind.values:
        raise ValidationError({"kind": f"The kind is one of {', '.join(SourceKind.values)}."})
    if kind == SourceKind.UPLOAD:
        if connection is not None:
            fields.fail("connection", "An upload has no connection.")
    elif connection is None or connection.kind != kind or connection.workspace_id != kpi.workspace_id:
        fields.fail("connection", f"Choose a connection of the kind {kind}.")
    values = {
        "name": fields.text("name", 120, required=True),
        "statement": read_statement(fields, kind, connection.base_url if connection else ""),
        "options": read_options(fields, kind),
        "begins": fields.day("begins") or _three_years_before(today_of(kpi)),
    }
    fields.finish()
    return values


def _three_years_before(today: date) -> date:
    return today - timedelta(days=YEARS_BEFORE * 365)
