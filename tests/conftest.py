"""What every test may use: a database from a template, services of its own, a whole tree of processes."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as examples
from pytest_django import Settings

from mltrack import standstill
from mltrack.embedded.broker import Broker, find_program
from mltrack.embedded.places import prepare
from tests.databases import ensure_template, fresh_database
from tests.trees import Tree, open_folder

pytest_plugins = [
    "tests.emptying",
    "tests.servers.fixtures",
    "tests.browser.fixtures",
    "tests.telling",
    "tests.unordered",
]
# How long an example takes says how busy the machine is, not whether what it shows is right.
examples.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("patient")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Let each worker's test database be a copy of the template."""
    test: dict[str, Any] = connections["default"].settings_dict["TEST"]
    test["TEMPLATE"] = ensure_template()


@pytest.fixture(autouse=True)
def quick_settings(settings: Settings) -> None:
    """Hash passwords in no time, and serve static files without collecting them first."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def nothing_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages think that the scheduler and the workers, which tests do not start, are alive."""
    monkeypatch.setattr(standstill, "MEMO", standstill.Memo(until=inf))


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The address of a migrated, empty database of this test alone, for processes that it starts."""
    with fresh_database(f"own_{secrets.token_hex(6)}") as url:
        yield url


@pytest.fixture
def redis_url() -> Iterator[str]:
    """The address of a Redis of this test alone."""
    program = find_program()
    assert program is not None
    with open_folder() as folder:
        broker = Broker(prepare(folder / "home"), program)
        broker.start()
        yield broker.url
        broker.stop()


@pytest.fixture(scope="session")
def static_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of collected static files that all trees of this worker share."""
    folder = tmp_path_factory.mktemp("collected") / "static"
    folder.parent.chmod(0o777)
    return folder


@pytest.fixture
def tree_home() -> Iterator[Path]:
    """A path for a data folder, short, and open to other accounts."""
    with open_folder() as folder:
        yield folder / "home"


@pytest.fixture(scope="session")
def prepared_home(static_root: Path) -> Iterator[Path]:
    """A data folder that a tree has begun and left in order; trees of tests begin with copies of it."""
    with open_folder() as folder:
        tree = Tree(folder / "home", environ={"MLTRACK_STATIC_ROOT": str(static_root)})
        try:
            # A set-up and no promise: this only ends what hangs. The first start migrates and collects static files,
            # which takes longer than a later one, and several workers of a run may begin theirs at once. Its end waits
            # for processes that still begin.
            tree.wait(180)
            assert tree.stop(30) == 0
            yield tree.home
        finally:
            tree.destroy()


@pytest.fixture
def live_tree(tree_home: Path, prepared_home: Path, static_root: Path) -> Iterator[Tree]:
    """The whole product as processes on a free port, with a data folder of its own; see `tests.trees.Tree`."""
    subprocess.run(["cp", "-a", str(prepared_home), str(tree_home)], check=True)
    tree = Tree(tree_home, environ={"MLTRACK_STATIC_ROOT": str(static_root)})
    try:
        yield tree.wait()
    finally:
        tree.destroy()
