"""Several web processes count into one folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mltrack.metrics.slots import Slots

COUNT = """
import os, sys
from mltrack.metrics.requests import exposition, observe
for _ in range(int(sys.argv[1])):
    observe("home", "GET", 200, 0.02)
if sys.argv[2] == "fork" and os.fork() == 0:
    observe("home", "GET", 200, 0.02)
    os._exit(0)
if sys.argv[2] == "fork":
    os.wait()
if sys.argv[2] == "die":
    os.kill(os.getpid(), 9)
sys.stdout.buffer.write(exposition())
"""


def count(folder: Path, times: int, how: str = "") -> float:
    """Let a process observe so many requests, and return how many it knows of then."""
    done = subprocess.run(
        [sys.executable, "-c", COUNT, str(times), how],
        env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert how == "die" or not done.returncode, done.stderr
    samples = [sample for family in text_string_to_metric_families(done.stdout) for sample in family.samples]
    return sum(sample.value for sample in samples if sample.name == "mltrack_request_seconds_count")


def test_counts_outlive_processes_and_their_deaths(tmp_path: Path) -> None:
    assert count(tmp_path, 3) == 3
    count(tmp_path, 4, "die")
    assert count(tmp_path, 1) == 8
    assert len(list(tmp_path.glob("*.db"))) == 1


def test_a_forked_process_has_files_of_its_own(tmp_path: Path) -> None:
    assert count(tmp_path, 2, "fork") == 3
    assert len(list(tmp_path.glob("*.db"))) == 2


def test_no_two_processes_share_a_slot(tmp_path: Path) -> None:
    first, second = Slots(tmp_path), Slots(tmp_path)
    assert (first.number(), second.number(), first.number()) == (0, 1, 0)


@pytest.mark.parametrize("holder", [0, 1])
def test_a_slot_is_free_when_its_holder_has_ended(tmp_path: Path, holder: int) -> None:
    pair = Slots(tmp_path), Slots(tmp_path)
    assert [each.number() for each in pair] == [0, 1]
    os.close(pair[holder]._lock)
    assert Slots(tmp_path).number() == holder
