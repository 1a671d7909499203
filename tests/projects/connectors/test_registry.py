"""Every registered connector can be imported and says what it can do."""

from __future__ import annotations

import pytest

from projects.connectors.base import FetchesMetricHistory, FetchesRuns, ListsChoices
from projects.connectors.registry import CONNECTORS, kinds, resolve


@pytest.mark.parametrize("kind", CONNECTORS)
def test_each_dotted_path_leads_to_a_connector(kind: str) -> None:
    connector = resolve(kind)
    assert callable(connector.test)


def test_kinds_are_choices_with_titles() -> None:
    assert ("mlflow", "MLflow") in kinds()


def test_an_unknown_kind_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        resolve("carrier-pigeon")


def test_mlflow_lists_experiments_and_fetches_runs_and_histories() -> None:
    connector = resolve("mlflow")
    for capability in (ListsChoices, FetchesRuns, FetchesMetricHistory):
        assert issubclass(connector, capability)
