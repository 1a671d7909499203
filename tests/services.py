"""A pytest plugin: PostgreSQL and Redis for one run of the tests, before Django reads its settings.

The process that starts the run owns them; workers of pytest-xdist inherit their addresses. They end with the
run, also when it is killed.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from mltrack.embedded.broker import find_program
from mltrack.embedded.services import Services

WITHOUT_REDIS = (
    "mltrack: the tests need a redis-server on the PATH (Debian, Ubuntu: apt install redis-server;"
    " macOS: brew install redis); the product runs without."
)
_PREFIX = "mltrack-tests-"
_OWNED: list[Services] = []


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None]:
    """Start the services first; this wraps the hook in which pytest-django loads the settings."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        start()
    yield


def start() -> None:
    """Start the services in a folder of their own and put what the settings need into the environment."""
    if find_program() is None:
        sys.exit(WITHOUT_REDIS)
    for name in [name for name in os.environ if name.startswith("MLTRACK_")]:
        del os.environ[name]
    for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL"):
        os.environ.pop(name, None)
    home = Path(tempfile.mkdtemp(prefix=_PREFIX))
    home.chmod(0o711)
    (home / "static").mkdir()
    services = Services(home, fast=True)
    _OWNED.append(services)
    atexit.register(stop)
    services.start()
    os.environ.update(
        MLTRACK_HOME=str(home),
        DATABASE_URL=services.addresses["database_url"],
        REDIS_URL=services.addresses["redis_url"],
        SECRET_KEY="tests-only-" + "k" * 50,
        MLTRACK_ENCRYPTION_KEYS=Fernet.generate_key().decode(),
    )


def pytest_unconfigure() -> None:
    """The run is over."""
    stop()


def stop() -> None:
    """End the services and remove their files."""
    while _OWNED:
        services = _OWNED.pop()
        services.stop()
        shutil.rmtree(services.places.postgres.parent, ignore_errors=True)
        shutil.rmtree(services.places.sockets, ignore_errors=True)
        shutil.rmtree(services.home, ignore_errors=True)
