"""The command line of the benchmarks, on the quickest of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mltrack.env import BASE_DIR


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(line, cwd=BASE_DIR, capture_output=True, text=True, timeout=280)


@pytest.mark.processes
def test_one_benchmark_runs_and_keeps_its_table(tmp_path: Path) -> None:
    done = command("judging", "--tiny", "--json", str(tmp_path / "rows.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "queries, 500 runs" in done.stdout and "MISSED" not in done.stdout
    assert (tmp_path / "rows.json").exists()


def test_an_unknown_name_is_refused() -> None:
    done = command("pul")
    assert done.returncode == 2 and "unknown: pul; there are pull, ingest" in done.stderr
