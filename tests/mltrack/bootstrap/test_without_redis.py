"""The tests on a machine without a redis-server: one line that says what to install, and nothing is started."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.services import WITHOUT_REDIS
from tests.trees import without_redis


def test_the_tests_ask_for_it_in_one_line(tmp_path: Path) -> None:
    found = without_redis(tmp_path)
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "MLTRACK_"))}
    command = [found["PYTHON"], "-m", "pytest", "-p", "no:xdist", "tests/mltrack/test_formats.py"]
    done = subprocess.run(command, env={**environ, **found}, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr.splitlines()) == (1, [WITHOUT_REDIS])
    assert "passed" not in done.stdout
