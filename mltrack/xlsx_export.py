"""Rows as an XLSX workbook: text stays text, numbers and dates are such, and a sheet tells what the table is."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any, Final

import xlsxwriter

from mltrack.cells import Cell, cell_text

# Limits of the format (ECMA-376, and "Excel specifications and limits").
MOST_TEXT: Final = 32_767
MOST_ROWS: Final = 1_048_576
MOST_DIGITS: Final = 10**15
FIRST_YEAR: Final = 1900
CUT: Final = " … (cut)"
WIDEST: Final = 60
MEASURED_ROWS: Final = 100
# What XML 1.0 has no character for, and half a character.
_NO_CHARACTER: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
OPTIONS: Final = {
    "constant_memory": True,
    **dict.fromkeys(("strings_to_numbers", "strings_to_formulas", "strings_to_urls"), False),
}


def write_xlsx(target: IO[bytes], rows: Iterable[Sequence[Cell]], about: Sequence[tuple[str, Cell]]) -> None:
    """Write rows, the names of the columns first, and a sheet "About", with the count of rows added to it.

    A row at a time goes to disk, whatever their number; rows that a sheet has no room for go on in the next one.
    """
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        table = _Table(book)
        for row in rows:
            table.add(row)
        table.finish()
        _tell(book, [*about, ("Rows", table.rows), *table.warnings])


class _Table:
    """The sheets of the rows, as they are being written."""

    def __init__(self, book: Any) -> None:
        self.book, self.sheet, self.at = book, book.add_worksheet("Table"), 0
        self.head: Sequence[Cell] | None = None
        self.widths: list[int] = []
        self.rows = self.cut = 0
        self.bold = book.add_format({"bold": True, "bottom": 1})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})

    @property
    def warnings(self) -> list[tuple[str, Cell]]:
        """Say what of the rows is not whole."""
        return [(f"Cells longer than {MOST_TEXT:,} characters, cut at their end", self.cut)] if self.cut else []

    def add(self, row: Sequence[Cell]) -> None:
        """Write the names of the columns, or the next row below."""
        if self.head is None:
            self.head = row
            self._write(row, self.bold)
            return
        if self.at == MOST_ROWS:
            self.finish()
            self.sheet, self.at = self.book.add_worksheet(f"Table {len(self.book.worksheets()) + 1}"), 0
            self._write(self.head, self.bold)
        self._write(row)
        self.rows += 1

    def finish(self) -> None:
        """Hold the names of the columns in sight, with a filter on each."""
        if self.head:
            self.sheet.freeze_panes(1, 0)
            self.sheet.autofilter(0, 0, max(self.at - 1, 0), len(self.head) - 1)
        for column, width in enumerate(self.widths):
            self.sheet.set_column(column, column, min(width, WIDEST) + 2)

    def _write(self, row: Sequence[Cell], look: Any = None) -> None:
        for column, value in enumerate(row):
            self._cell(column, value, look)
        if self.at < MEASURED_ROWS:
            lengths = [len(cell_text(value)) for value in row]
            known = self.widths + [0] * (len(lengths) - len(self.widths))
            self.widths = [max(pair) for pair in zip(known, lengths + [0] * (len(known) - len(lengths)), strict=True)]
        self.at += 1

    def _cell(self, column: int, value: Cell, look: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, date) and value.year >= FIRST_YEAR:
            is_moment = isinstance(value, datetime)
            self.sheet.write_datetime(self.at, column, _without_zone(value), self.moment if is_moment else self.day)
        elif (number := _number(value)) is not None:
            self.sheet.write_number(self.at, column, number, look)
        else:
            text, is_cut = _fitting(cell_text(value))
            self.cut += is_cut
            self.sheet.write_string(self.at, column, text, look)


def _number(value: Cell) -> float | Decimal | None:
    """Return a value as a number where a sheet, whose numbers are doubles of fifteen digits, can hold it as one."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if -MOST_DIGITS < value < MOST_DIGITS else None


def _without_zone(value: date) -> date:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value


def _fitting(text: str) -> tuple[str, bool]:
    """Return a text as a cell can hold it, and whether it was cut; a sheet counts in halves of UTF-16."""
    sound = _NO_CHARACTER.sub("\ufffd", text)
    units = sound.encode("utf-16-le")
    if len(units) <= 2 * MOST_TEXT:
        return sound, False
    return units[: 2 * (MOST_TEXT - len(CUT))].decode("utf-16-le", "ignore") + CUT, True


def _tell(book: Any, about: Sequence[tuple[str, Cell]]) -> None:
    sheet, bold = book.add_worksheet("About"), book.add_format({"bold": True})
    sheet.set_column(0, 1, 40)
    for place, (name, value) in enumerate(about):
        sheet.write_string(place, 0, _fitting(name)[0], bold)
        if (number := _number(value)) is not None:
            sheet.write_number(place, 1, number)
        else:
            sheet.write_string(place, 1, _fitting(cell_text(value))[0])
