"""The most memory of a process that writes 100,000 rows as XLSX, against one that writes the same as CSV."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from benchmarks.results import Result
from benchmarks.sizes import Size
from mltrack.cells import Cell
from mltrack.csv_export import csv_lines
from mltrack.env import BASE_DIR
from mltrack.xlsx_export import write_xlsx

ROWS: Final = 100_000
AIM: Final = 1.5
HEAD: Final = ("kpi", "segment", "time", "value", "recorded_at", "formula", "note", "late")
_BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)


def measure(size: Size) -> list[Result]:
    """Return the peaks of both processes in MB, whole, and that of a process that writes a tenth of the rows."""
    rows = max(ROWS // 100, min(ROWS, size.ingest_rows))
    lines, sheet, tenth = (_peak(kind, count) for kind, count in (("csv", rows), ("xlsx", rows), ("xlsx", rows // 10)))
    what = f"{rows:,} rows as XLSX: most memory of the process"
    return [
        Result("sheets", what, f"{sheet:.0f} MB", f"CSV {lines:.0f} MB", sheet / lines, AIM),
        Result(
            "sheets", "the same, against a tenth of the rows", f"{sheet:.0f} MB", f"{tenth:.0f} MB", sheet / tenth, AIM
        ),
    ]


def _peak(kind: str, rows: int) -> float:
    """Return the most memory, in MB, that a process of its own held when it wrote a file."""
    command = [sys.executable, "-m", "benchmarks.sheets", kind, str(rows)]
    told = subprocess.run(command, cwd=BASE_DIR, check=True, capture_output=True, text=True)
    found: float = json.loads(told.stdout)
    return found


def _rows(count: int) -> Iterator[Sequence[Cell]]:
    yield HEAD
    for number in range(count):
        at = _BEGIN + timedelta(minutes=number)
        about = f"kpi-{number % 200}", f"region {number % 8}"
        yield *about, at, number / 7, at, number % 3, f"note {number}", number % 2


def _write(kind: str, count: int) -> float:
    """Write a file, and return the peak of this process in MB."""
    with tempfile.TemporaryFile() as target:
        if kind == "csv":
            target.writelines(line.encode() for line in csv_lines(_rows(count)))
        else:
            write_xlsx(target, _rows(count), [("Table", "Readings")])
    # Linux counts in KiB, macOS in bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


if __name__ == "__main__":
    print(json.dumps(_write(sys.argv[1], int(sys.argv[2]))))
