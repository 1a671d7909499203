"""Rows as CSV that a spreadsheet shows and never runs. Pure."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from mltrack.cells import Cell, cell_text

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection").
STARTS: Final = frozenset("=+-@＝＋－＠")
# Where a spreadsheet of another language begins a new cell, whatever the quotes around it.
_SPLIT: Final = re.compile(r'([;\t\r\n](?:[^\S\t\r\n]|")*)(?=[=+\-@＝＋－＠])')


def guarded(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula, also one that splits at `;`; numbers stay as they are."""
    if not cell or _is_number(cell):
        return cell
    begins = cell[0] in "\t\r\n" or cell.lstrip()[:1] in STARTS
    inside = _SPLIT.sub(r"\1'", cell)
    return f"'{inside}" if begins else inside


def _is_number(cell: str) -> bool:
    try:
        return cell.isascii() and cell == cell.strip() and math.isfinite(float(cell))
    except ValueError:
        return False


def csv_lines(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield each row as one line (RFC 4180), every cell guarded."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([guarded(cell_text(cell)) for cell in row])
        yield line.getvalue()
