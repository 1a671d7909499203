"""Workbooks as tests read them: the rows of the tables, and what is told about them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

import openpyxl

from mltrack.cells import Cell
from mltrack.xlsx_export import CUT


def opened(content: bytes) -> Any:
    """Return a workbook, which must hold no formula and no link."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book:
        assert not sheet._hyperlinks
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" and cell.hyperlink is None for cell in row)
    return book


def text_of(content: bytes) -> str:
    """Return the text of an answer: of a workbook the parts that it is packed of, one after the other."""
    if not content.startswith(b"PK\x03\x04"):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "\n".join(parts.read(name).decode() for name in parts.namelist())


def table_rows(book: Any) -> Iterator[list[Cell]]:
    """Yield the rows of all tables, the names of the columns once; moments are in UTC, days are days."""
    for place, sheet in enumerate(each for each in book if each.title != "About"):
        for row in sheet.iter_rows(min_row=2 if place else 1):
            yield [_value(cell) for cell in row]


def _value(cell: Any) -> Cell:
    if isinstance(cell.value, datetime):
        return cell.value.date() if cell.number_format == "yyyy-mm-dd" else cell.value.replace(tzinfo=UTC)
    found: Cell = cell.value
    return found


def about(book: Any) -> dict[str, Any]:
    """Return what the workbook tells of itself."""
    return {row[0].value: row[1].value for row in book["About"].iter_rows()}


def differences(csv_rows: list[list[str]], rows: list[list[Cell]]) -> list[str]:
    """Return where a CSV, its guards taken for what they are, and a workbook tell something else."""
    if len(csv_rows) != len(rows):
        return [f"{len(csv_rows)} rows, {len(rows)} in the workbook"]
    found = []
    for line, row in zip(csv_rows, rows, strict=True):
        pairs = zip_longest(line, row[: len(line)])
        found += [f"{text!r:.60} is {value!r:.60}" for text, value in pairs if not _same(text, value)]
    return found


def _same(text: str, value: Cell) -> bool:
    if value is None:
        return text == ""
    if isinstance(value, datetime):
        return abs((datetime.fromisoformat(text) - value).total_seconds()) < 1
    if isinstance(value, int | float):
        return abs(float(text) - float(value)) <= 1e-12 * abs(float(value))
    told = str(value).removesuffix(CUT)
    return text.replace("'", "").startswith(told.replace("'", "").replace("\ufffd", "")) or "\ufffd" in told
