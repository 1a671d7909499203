"""What a source of readings may hold: typed options by kind, each wrong one named."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from kpis.models import SourceKind
from kpis.services.fields import Fields
from projects.connectors.base import ConnectorError
from projects.connectors.csv_readings import DELIMITERS, TIME_FORMS
from projects.connectors.sql.grammars import grammar_of
from projects.connectors.sql.proof import LONGEST, prove

LONGEST_STATEMENT: Final = LONGEST
_LABEL: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_COLUMN: Final = 63
_HEADING: Final = 200
_FILE: Final = {
    "time_column": "time",
    "value_column": "value",
    "segment_column": "",
    "time_form": "iso",
    "decimal_comma": False,
    "delimiter": "",
}
OPTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    SourceKind.PROMETHEUS: {"segment_label": ""},
    SourceKind.SQL: {"time_column": "time", "value_column": "value", "segment_column": ""},
    SourceKind.CSV_LINK: _FILE,
    SourceKind.UPLOAD: _FILE,
}
"""The options of each kind with what they are where nothing is said."""


def read_options(fields: Fields, kind: str) -> dict[str, Any]:
    """Return the options of a source, whole; what is wrong is noted as `options`."""
    given = fields.given.get("options", {})
    known = OPTIONS[kind]
    if not isinstance(given, Mapping):
        fields.fail("options", "Options are an object.")
        return dict(known)
    unknown = [str(name) for name in given if name not in known]
    if unknown:
        fields.fail("options", f"There is no option {unknown[0][:60]}. There are: {', '.join(known)}.")
    found = {name: given.get(name, default) for name, default in known.items()}
    for name, value in found.items():
        wrong = _wrong(kind, name, value)
        if wrong:
            fields.fail("options", f"{name}: {wrong}")
    return found


def read_statement(fields: Fields, kind: str, base_url: str) -> str:
    """Return what is asked: none of an upload; SQL must be one SELECT as the database at `base_url` reads it."""
    statement = fields.text("statement", LONGEST_STATEMENT, required=kind != SourceKind.UPLOAD)
    if kind == SourceKind.UPLOAD and statement:
        fields.fail("statement", "An upload asks nothing.")
    if kind == SourceKind.SQL and statement and "statement" not in fields.errors:
        try:
            prove(statement, grammar_of(base_url))
        except ConnectorError as error:
            fields.fail("statement", error.text)
    return statement


def _wrong(kind: str, name: str, value: Any) -> str:
    """Return what is wrong with the value of an option, nothing where it is right."""
    if name == "decimal_comma":
        return "" if isinstance(value, bool) else "This is true or false."
    if not isinstance(value, str) or not value.isprintable():
        return "This must be text."
    check = _CHECKS.get(name)
    if check is not None:
        return check(value)
    limit = _COLUMN if kind == SourceKind.SQL else _HEADING
    if name != "segment_column" and not value:
        return "Name a column."
    return "" if len(value) <= limit else f"This is longer than {limit} characters."


def _wrong_label(value: str) -> str:
    fits = not value or (len(value) <= _HEADING and _LABEL.fullmatch(value))
    return "" if fits else "A label is letters, digits and underscores."


def _one_of(words: Mapping[str, str], *, empty: bool) -> Callable[[str], str]:
    def check(value: str) -> str:
        return "" if value in words or (empty and not value) else f"This is one of {', '.join(words)}."

    return check


_CHECKS: Final[Mapping[str, Callable[[str], str]]] = {
    "segment_label": _wrong_label,
    "time_form": _one_of(TIME_FORMS, empty=False),
    "delimiter": _one_of(DELIMITERS, empty=True),
}
