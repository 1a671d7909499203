"""Rows as CSV that a spreadsheet shows and never runs. Pure."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection").
STARTS: Final = frozenset("=+-@＝＋－＠")


def guarded(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula; numbers stay as they are."""
    begins = cell[:1] in ("\t", "\r", "\n") or (cell.lstrip()[:1] or "x") in STARTS
    return f"'{cell}" if begins and cell and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    try:
        return cell.isascii() and cell == cell.strip() and math.isfinite(float(cell))
    except ValueError:
        return False


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield each row as one line (RFC 4180), every cell guarded."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([guarded(cell) for cell in row])
        yield line.getvalue()
