"""The connector against the newest MLflow 2: the tests of the other server that do not name its version."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.projects.connectors.test_mlflow_server import (
    experiment,
    test_a_deleted_experiment_takes_its_runs_and_brings_them_back,
    test_a_deleted_run_is_told_within_the_hour_and_comes_back_with_the_sweep,
    test_a_run_that_ends_long_ago_arrives_at_once,
    test_a_tag_set_late_on_an_old_run_arrives_with_the_sweep,
    test_aliases_arrive_when_they_move,
    test_an_interrupted_pull_is_resumed_without_loss,
    test_every_active_run_is_equal_one_by_one,
    test_histories_keep_specials_and_order,
    test_long_histories_are_thinned,
    test_runs_that_share_one_start_are_all_read,
    test_runs_without_a_start_are_all_read,
    test_the_odd_ones_are_there,
    test_the_test_says_version_and_what_is_visible,
    test_what_changes_arrives,
)
from tests.servers.fixtures import FILLED_RUNS
from tests.servers.mlflow import VERSION_2, MLflowServer, serve

__all__ = [
    "experiment",
    "test_a_deleted_experiment_takes_its_runs_and_brings_them_back",
    "test_a_deleted_run_is_told_within_the_hour_and_comes_back_with_the_sweep",
    "test_a_run_that_ends_long_ago_arrives_at_once",
    "test_a_tag_set_late_on_an_old_run_arrives_with_the_sweep",
    "test_aliases_arrive_when_they_move",
    "test_an_interrupted_pull_is_resumed_without_loss",
    "test_every_active_run_is_equal_one_by_one",
    "test_histories_keep_specials_and_order",
    "test_long_histories_are_thinned",
    "test_runs_that_share_one_start_are_all_read",
    "test_runs_without_a_start_are_all_read",
    "test_the_odd_ones_are_there",
    "test_the_test_says_version_and_what_is_visible",
    "test_what_changes_arrives",
]
pytestmark = [pytest.mark.mlflow, pytest.mark.slow]


@pytest.fixture(scope="module")
def mlflow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MLflowServer]:
    """A real MLflow 2 with the same runs and registry as the other one."""
    with serve(tmp_path_factory.mktemp("mlflow2"), runs=FILLED_RUNS, version=VERSION_2) as server:
        yield server
