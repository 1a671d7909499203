"""The fake server and the client as a real process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.mltrack.cli.server import CLI, FakeServer, serving

TOKEN = "mlt_canary-5f2c"
CI_NAMES = ("GITHUB_", "CI_", "MLTRACK_", "GIT_")


@dataclass(frozen=True)
class Done:
    """A finished command: exit code, standard output, standard error."""

    exit: int
    out: str
    err: str


Run = Callable[..., Done]


def clean_environment() -> dict[str, str]:
    """This process's environment without what a CI system would tell the client."""
    proxies = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
    return {k: v for k, v in os.environ.items() if not k.startswith(CI_NAMES) and k.lower() not in proxies}


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with serving() as running:
        yield running


@pytest.fixture
def run(server: FakeServer, tmp_path: Path) -> Run:
    """Runs `mltrack.py` in an empty folder against the fake server; the token may show up nowhere."""

    def call(*arguments: str, stdin: str = "", **env: str) -> Done:
        environment = {**clean_environment(), "MLTRACK_URL": server.url, "MLTRACK_TOKEN": TOKEN, **env}
        command = [sys.executable, str(CLI), *arguments]
        done = subprocess.run(
            command, input=stdin.encode(), capture_output=True, env=environment, cwd=tmp_path, timeout=60, check=False
        )
        result = Done(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert TOKEN not in result.out + result.err
        return result

    return call
