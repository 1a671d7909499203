"""The promised ratios hold at the default size; judge them on a machine that does nothing else meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE, STDOUT

import pytest

from mltrack.env import BASE_DIR

pytestmark = [pytest.mark.mlflow, pytest.mark.processes, pytest.mark.slow]
MOST_SECONDS = 1_500
# What misses its aim so far, and the ratio beyond which it has become worse; docs/benchmarks.md says where it goes.
MISSES = {"gate, 100 initiatives, 10,000 runs": 7.5}


def rows(names: tuple[str, ...], file: Path) -> list[list[str]]:
    command = [sys.executable, "-m", "benchmarks", *names, "--json", str(file)]
    with subprocess.Popen(command, cwd=BASE_DIR, stdout=PIPE, stderr=STDOUT, text=True) as process:
        try:
            words, _ = process.communicate(timeout=MOST_SECONDS)
        finally:
            process.terminate()
    assert process.returncode == 0, words[-4000:]
    found: list[list[str]] = json.loads(file.read_text())
    return found


@pytest.mark.parametrize("names", [("ingest",), ("pull",), ("pages",), ("judging", "memory")], ids=" ".join)
def test_every_promise_is_kept(names: tuple[str, ...], tmp_path: Path) -> None:
    found = rows(names, tmp_path / "rows.json")
    assert any(row[6] == "met" for row in found)
    assert [row for row in found if row[6] == "MISSED" and row[1] not in MISSES] == []
    worse = [row for row in found if row[1] in MISSES and float(row[4]) > MISSES[row[1]]]
    assert worse == []
