"""What a source of readings may hold: typed options by kind, each wrong one named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kpis.models import SourceKind
from kpis.services.fields import Fields
from projects.services.question_fields import (
    FILE_OPTIONS,
    LONGEST_STATEMENT,
    QUESTION_OPTIONS,
    read_question_options,
    wrong_statement,
)

OPTIONS: Final[Mapping[str, Mapping[str, Any]]] = {**QUESTION_OPTIONS, SourceKind.UPLOAD: FILE_OPTIONS}
"""The options of each kind with what they are where nothing is said."""


def read_options(fields: Fields, kind: str) -> dict[str, Any]:
    """Return the options of a source, whole; what is wrong is noted as `options`."""
    found, wrong = read_question_options(kind, fields.given.get("options", {}), OPTIONS[kind])
    if wrong:
        fields.fail("options", wrong)
    return found


def read_statement(fields: Fields, kind: str, base_url: str) -> str:
    """Return what is asked: none of an upload; SQL must be one SELECT as the database at `base_url` reads it."""
    statement = fields.text("statement", LONGEST_STATEMENT, required=kind != SourceKind.UPLOAD)
    if kind == SourceKind.UPLOAD and statement:
        fields.fail("statement", "An upload asks nothing.")
    if statement and "statement" not in fields.errors:
        wrong = wrong_statement(kind, statement, base_url)
        if wrong:
            fields.fail("statement", wrong)
    return statement
