"""The same pulls, against the newest MLflow 2: what is here is there, and what changes, moves or goes arrives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.projects.services.test_pull_mlflow import (
    experiment,
    loopback,
    owner,
    test_a_deleted_run_is_marked_within_the_hour,
    test_a_moved_alias_arrives,
    test_an_idle_pull_asks_little_and_writes_nothing,
    test_every_active_run_is_here_and_equal,
    test_what_happens_in_between_arrives,
)
from tests.servers.fixtures import FILLED_RUNS
from tests.servers.mlflow import VERSION_2, MLflowServer, serve

__all__ = [
    "experiment",
    "loopback",
    "owner",
    "test_a_deleted_run_is_marked_within_the_hour",
    "test_a_moved_alias_arrives",
    "test_an_idle_pull_asks_little_and_writes_nothing",
    "test_every_active_run_is_here_and_equal",
    "test_what_happens_in_between_arrives",
]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.mlflow, pytest.mark.slow]


@pytest.fixture(scope="module")
def mlflow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MLflowServer]:
    """A real MLflow 2 with the same runs and registry as the other one."""
    with serve(tmp_path_factory.mktemp("mlflow2"), runs=FILLED_RUNS, version=VERSION_2) as server:
        yield server
