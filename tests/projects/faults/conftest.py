"""A server with runs, and a connection to it that only these tests pull."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from projects.models import Connection
from projects.services.connections import create_connection
from tests.factories import make_initiative, make_workspace
from tests.projects.little_mlflow import LittleMLflow, mlflow_run
from tests.servers.hostile import HostileServer

RUNS = 23


@pytest.fixture
def mlflow() -> LittleMLflow:
    return LittleMLflow(runs=[mlflow_run(number) for number in range(RUNS)])


@pytest.fixture
def server(mlflow: LittleMLflow) -> Iterator[HostileServer]:
    with mlflow.serve() as server:
        yield server


@pytest.fixture
def connection(transactional_db: None, server: HostileServer) -> Connection:
    owner = make_workspace()
    options = {"page_size": 5, "timeout_seconds": 2}
    return create_connection(
        owner,
        kind="mlflow",
        name="mlflow",
        base_url=server.url,
        options=options,
        interval_seconds=3600,
        initiative=make_initiative(owner),
    )
