"""Pytest fixtures of the foreign servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import label_studio, mariadb
from tests.servers.hostile import HostileServer
from tests.servers.label_studio import LabelStudioServer
from tests.servers.mariadb import MariaDB
from tests.servers.mlflow import MLflowServer, serve
from tests.servers.source_database import SourceDatabase
from tests.servers.source_database import serve as source_database_server
from tests.trees import open_folder

FILLED_RUNS = 420


@pytest.fixture(scope="session")
def mlflow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MLflowServer]:
    """A real MLflow with runs of every odd kind in two experiments, and a small registry."""
    with serve(tmp_path_factory.mktemp("mlflow"), runs=FILLED_RUNS) as server:
        yield server


@pytest.fixture(scope="session")
def label_studio_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabelStudioServer]:
    """A real Label Studio that has nobody but its owner, and no project of anybody's."""
    with label_studio.serve(tmp_path_factory.mktemp("label-studio")) as server:
        yield server


@pytest.fixture
def hostile_server() -> Iterator[HostileServer]:
    """A server that answers as it is told; see `HostileServer.script`."""
    with HostileServer() as server:
        yield server


@pytest.fixture(scope="session")
def source_database() -> Iterator[SourceDatabase]:
    """A second PostgreSQL with orders to count, and a role that may only read."""
    with source_database_server() as server:
        yield server


@pytest.fixture(scope="session")
def maria_database() -> Iterator[MariaDB]:
    """A MariaDB with the same orders and users of every kind; without Debian's packages, tests of it are skipped."""
    with open_folder() as folder:
        try:
            with mariadb.serve(folder / "m") as server:
                yield server
        except mariadb.Unavailable as reason:
            pytest.skip(str(reason))
