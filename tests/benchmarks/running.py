"""The benchmarks as a command, for tests that read their table."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from subprocess import PIPE, STDOUT

from mltrack.env import BASE_DIR


def measured(arguments: Sequence[str], file: Path, seconds: float) -> tuple[list[list[str]], str]:
    """Return the rows of the table, which `file` keeps, and what was printed. Fails where a benchmark broke."""
    command = [sys.executable, "-m", "benchmarks", *arguments, "--json", str(file)]
    with subprocess.Popen(command, cwd=BASE_DIR, stdout=PIPE, stderr=STDOUT, text=True) as process:
        try:
            words, _ = process.communicate(timeout=seconds)
        finally:
            process.terminate()
    assert process.returncode == 0, words[-4000:]
    found: list[list[str]] = json.loads(file.read_text())
    return found, words
