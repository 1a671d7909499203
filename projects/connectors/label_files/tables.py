"""Plain tables of annotations, as CSV or JSON lines: a row an annotation, other columns are passed over.

Columns are `task` and `label`, and where they are known `annotator`, `time` and `batch`. An empty label of CSV, or
null, takes a label back.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Final

from projects.connectors.label_files.records import FileLabel, LabelFile, LabelFileError
from projects.connectors.label_files.texts import bounded, objects_of, text_of

COLUMNS: Final = ("task", "label", "annotator", "time", "batch")
NEEDED: Final = COLUMNS[:2]
DELIMITERS: Final = ",;\t"


def read_csv(raw: bytes) -> LabelFile:
    """Read a table with a header, comma, semicolon or tab between its cells. Raises LabelFileError."""
    text = text_of(raw)
    head = text.partition("\n")[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=max(DELIMITERS, key=head.count), strict=True)
    found: list[FileLabel] = []
    try:
        names = [each.strip() for each in next(reader, [])]
        _check(names)
        for row in reader:
            if row:
                found.append(_label(f"line {reader.line_num}", names, row))
                bounded(len(found))
    except csv.Error as error:
        raise LabelFileError(f"This is not CSV: {error}.", f"line {reader.line_num}") from None
    return LabelFile(found)


def read_jsonl(raw: bytes) -> LabelFile:
    """Read an object a line, or a list of them. Raises LabelFileError."""
    found = []
    for place, each in objects_of(text_of(raw)):
        missing = [name for name in NEEDED if name not in each]
        if missing:
            raise LabelFileError(f"{missing[0]} is missing.", place)
        found.append(FileLabel(place, **{name: each[name] for name in COLUMNS if name in each}))
        bounded(len(found))
    return LabelFile(found)


def _check(names: Sequence[str]) -> None:
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise LabelFileError(f"The first line names no column {missing[0]}; it needs {' and '.join(NEEDED)}.", "line 1")
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if twice:
        raise LabelFileError(f"The first line names {twice[0]} twice.", "line 1")


def _label(place: str, names: Sequence[str], row: Sequence[str]) -> FileLabel:
    if len(row) != len(names):
        raise LabelFileError(f"The line has {len(row)} cells where {len(names)} are expected.", place)
    cells = dict(zip(names, row, strict=True))
    return FileLabel(place, cells["task"], *(cells.get(name) or None for name in COLUMNS[1:]))
