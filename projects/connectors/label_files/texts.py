"""Bytes of a file as text, lines and JSON: bounded, and refused in words with the place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from projects.connectors.label_files.records import MOST_LABELS, LabelFileError


def text_of(raw: bytes) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark. Raises LabelFileError."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LabelFileError("The file is no text in UTF-8.") from None


def json_of(text: str, place: str = "") -> Any:
    """Parse JSON. Raises LabelFileError for what is none, NaN and Infinity among it, and for what nests too deep."""
    try:
        return json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise LabelFileError("This is not JSON.", place) from None


def objects_of(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield objects with their places: those of a JSON list, or one a line. Raises LabelFileError."""
    start = text.lstrip()[:1]
    if start == "[":
        yield from ((f"record {n}", _object(each, f"record {n}")) for n, each in enumerate(json_of(text), 1))
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"line {number}", _object(json_of(line, f"line {number}"), f"line {number}")


def bounded(count: int) -> None:
    """Raise LabelFileError where a file holds more than may be stored at once."""
    if count > MOST_LABELS:
        raise LabelFileError(f"The file holds more than {MOST_LABELS:,} annotations; split it.")


def _object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise LabelFileError("This is no JSON object.", place)
    return value


def _refused(word: str) -> NoReturn:
    raise ValueError(word)
