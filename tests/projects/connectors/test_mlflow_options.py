"""Options are checked and unknown keys refused."""

from __future__ import annotations

from typing import Any

import pytest

from projects.connectors.base import ConnectorError
from projects.connectors.mlflow.options import Options


def test_nothing_given_means_every_experiment_and_seven_days() -> None:
    options = Options.read({})
    assert options.experiment_ids == () and options.window_seconds == 604_800


def test_options_are_read() -> None:
    options = Options.read({"experiment_ids": ["3", "1", "3"], "workspace": "team", "page_size": 10})
    assert (options.experiment_ids, options.workspace, options.page_size) == (("3", "1"), "team", 10)


@pytest.mark.parametrize(
    "given",
    [
        {"experiment": ["1"]},
        {"experiment_ids": "1"},
        {"experiment_ids": [1]},
        {"experiment_ids": [""]},
        {"workspace": 1},
        {"page_size": 0},
        {"page_size": 50_001},
        {"page_size": True},
        {"window_seconds": -1},
        {"sweep_seconds": "daily"},
    ],
)
def test_bad_options_name_their_key(given: dict[str, Any]) -> None:
    with pytest.raises(ConnectorError, match=repr(next(iter(given)))) as caught:
        Options.read(given)
    assert caught.value.permanent and caught.value.code == "bad_options"
