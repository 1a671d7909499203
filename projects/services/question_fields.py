"""What a question to a connection that brings readings may hold: its statement, and typed options by kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from projects.connectors.base import ConnectorError
from projects.connectors.csv_readings import DELIMITERS, TIME_FORMS
from projects.connectors.sql.grammars import grammar_of
from projects.connectors.sql.proof import LONGEST, prove

LONGEST_STATEMENT: Final = LONGEST
_LABEL: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_COLUMN: Final = 63
_HEADING: Final = 200
FILE_OPTIONS: Final[Mapping[str, Any]] = {
    "time_column": "time",
    "value_column": "value",
    "segment_column": "",
    "time_form": "iso",
    "decimal_comma": False,
    "delimiter": "",
}
QUESTION_OPTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "prometheus": {"segment_label": ""},
    "sql": {"time_column": "time", "value_column": "value", "segment_column": ""},
    "csv_link": FILE_OPTIONS,
}
"""The options of each kind of connection with what they are where nothing is said."""


def read_question_options(kind: str, given: Any, known: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return the options of a question, whole, and what is wrong with them first; nothing where they are right."""
    if not isinstance(given, Mapping):
        return dict(known), "Options are an object."
    found = {name: given.get(name, default) for name, default in known.items()}
    unknown = [str(name) for name in given if name not in known]
    if unknown:
        return found, f"There is no option {unknown[0][:60]}. There are: {', '.join(known)}."
    wrongs = ((name, _wrong(kind, name, value)) for name, value in found.items())
    return found, next((f"{name}: {wrong}" for name, wrong in wrongs if wrong), "")


def wrong_statement(kind: str, statement: str, base_url: str) -> str:
    """Return what is wrong with a statement that is not empty: SQL must be one SELECT as that database reads it."""
    if kind != "sql":
        return ""
    try:
        prove(statement, grammar_of(base_url))
    except ConnectorError as error:
        return error.text
    return ""


def _wrong(kind: str, name: str, value: Any) -> str:
    """Return what is wrong with the value of an option, nothing where it is right."""
    if name == "decimal_comma":
        return "" if isinstance(value, bool) else "This is true or false."
    if not isinstance(value, str):
        return "This must be text."
    if not value.isprintable():
        return "This has printable characters only."
    check = _CHECKS.get(name)
    if check is not None:
        return check(value)
    limit = _COLUMN if kind == "sql" else _HEADING
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
