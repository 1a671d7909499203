"""What a source of observations may hold: every wrong field is named at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import timezone

from mltrack.days import day_in
from mltrack.periods import parse_day
from projects.models import Connection, Initiative
from projects.progress.observed import KINDS, is_p_value
from projects.services.observation_input import LONGEST, finite
from projects.services.question_fields import (
    LONGEST_STATEMENT,
    QUESTION_OPTIONS,
    read_question_options,
    wrong_statement,
)
from projects.services.texts import whole_text

FIELDS: Final = ("kind", "name", "statement", "options", "threshold", "method", "begins")
DAYS_BEFORE: Final = 90
"""Where nothing is said, so many days before today are read: a silence is judged by the nine weeks before."""


def read_source(initiative: Initiative, connection: Connection, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a source, whole. Raises ValidationError({field: text})."""
    errors: dict[str, str] = {str(name): "There is no such field." for name in given if name not in FIELDS}
    if connection.kind not in QUESTION_OPTIONS or connection.workspace_id != initiative.workspace_id:
        raise ValidationError({"connection": f"Choose a connection of a kind of {', '.join(QUESTION_OPTIONS)}."})
    kind = given.get("kind")
    if kind not in KINDS:
        errors["kind"] = f"The kind is one of {', '.join(KINDS)}."
    known = QUESTION_OPTIONS[connection.kind]
    options, wrong = read_question_options(connection.kind, given.get("options") or {}, known)
    if wrong:
        errors["options"] = wrong
    values = {
        "kind": kind,
        "name": _text(given, "name", LONGEST["name"], errors),
        "statement": _statement(given, connection, errors),
        "options": options,
        "threshold": _threshold(given, errors),
        "method": _text(given, "method", LONGEST["method"], errors),
        "begins": _begins(given, initiative.workspace.zone, errors),
    }
    _check_threshold(values, errors)
    if errors:
        raise ValidationError(errors)
    return values


def _text(given: Mapping[str, Any], name: str, longest: int, errors: dict[str, str]) -> str:
    value = given.get(name) or ""
    wrong = whole_text(value, longest, empty=name != "name")
    if wrong is None and not value.strip().isprintable():
        wrong = "has printable characters only"
    if wrong:
        errors[name] = f"This {wrong}."
        return ""
    return str(value.strip())


def _statement(given: Mapping[str, Any], connection: Connection, errors: dict[str, str]) -> str:
    value = given.get("statement") or ""
    wrong = whole_text(value, LONGEST_STATEMENT, empty=False)
    told = f"This {wrong}." if wrong else wrong_statement(connection.kind, value.strip(), connection.base_url)
    if told:
        errors["statement"] = told
        return ""
    return str(value.strip())


def _threshold(given: Mapping[str, Any], errors: dict[str, str]) -> float | None:
    if given.get("threshold") is None:
        return None
    try:
        return finite(given["threshold"], "threshold")
    except ValueError as error:
        errors["threshold"] = str(error)
        return None


def _check_threshold(values: Mapping[str, Any], errors: dict[str, str]) -> None:
    """Refuse a threshold that nobody could judge by."""
    if values["threshold"] is None:
        return
    if values["kind"] == "volume":
        errors.setdefault("threshold", "A volume has no threshold: its segments are watched for silence.")
    elif values["kind"] == "drift" and is_p_value(values["method"]) is None:
        errors.setdefault("method", "Name the method, such as psi or p_value ks: it says on which side a drift fails.")


def _begins(given: Mapping[str, Any], zone: str, errors: dict[str, str]) -> date:
    otherwise = day_in(zone, timezone.now()) - timedelta(days=DAYS_BEFORE)
    try:
        return parse_day(given.get("begins")) or otherwise
    except ValueError as error:
        errors["begins"] = str(error)
        return otherwise
