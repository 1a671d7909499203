"""The recorded result files of four libraries are made anew by them, each in an environment of its own, and read the
same; skipped where an environment cannot be made."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from projects.progress.observed_files.reading import read_file

RECORDED = Path(__file__).parent / "recorded"
FORMATS = {"evidently": "evidently", "great_expectations": "great_expectations", "pandera": "pandera", "dvclive": "dvc"}
MORE = {"pandera": "pandera[pandas]"}
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
INSTALLING = 900

pytestmark = pytest.mark.slow


def read(name: str, document: Any) -> tuple[list[tuple[Any, ...]], list[str]]:
    found, _ = read_file(FORMATS[name], document, NOON, "")
    values = [
        (each.kind, each.name, each.segment, round(each.value, 9), each.n, each.method, each.threshold)
        for each in found.values
    ]
    return sorted(values, key=repr), list(found.unread)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_made_anew_reads_as_the_recorded_one(name: str, tmp_path: Path) -> None:
    recorded = json.loads((RECORDED / f"{name}.json").read_text())
    wanted = [f"{MORE.get(each, each)}=={number}" for each, number in recorded["made_by"].items() if each != "python"]
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "env")], check=True, timeout=120)
    python = str(tmp_path / "env" / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
    done = subprocess.run(install, capture_output=True, text=True, timeout=INSTALLING, check=False)
    if done.returncode:
        pytest.skip(f"{' '.join(wanted)} cannot be installed here: {done.stderr.strip()[-300:]}")
    made = subprocess.run([python, str(RECORDED / "make.py"), name], capture_output=True, text=True, timeout=300)
    assert made.returncode == 0, made.stderr[-2000:]
    document = json.loads(made.stdout)
    assert {each: document["made_by"][each] for each in recorded["made_by"] if each != "python"} == {
        each: number for each, number in recorded["made_by"].items() if each != "python"
    }
    assert read(name, document["document"]) == read(name, recorded["document"])
