"""Options are checked and unknown keys refused."""

from __future__ import annotations

from typing import Any

import pytest

from projects.connectors.base import ConnectorError
from projects.connectors.label_studio.options import Options


def test_nothing_given_means_every_project() -> None:
    options = Options.read({})
    assert (options.project_ids, options.control, options.batch_key, options.window_seconds) == ((), "", "", 120)


def test_options_are_read() -> None:
    options = Options.read({"project_ids": ["3", "1", "3"], "control": "sentiment", "page_size": 10})
    assert (options.project_ids, options.control, options.page_size) == (("3", "1"), "sentiment", 10)


@pytest.mark.parametrize(
    "given",
    [
        {"project": ["1"]},
        {"project_ids": "1"},
        {"project_ids": [1]},
        {"project_ids": [""]},
        {"project_ids": ["1/../2"]},
        {"project_ids": ["٣"]},
        {"project_ids": ["9" * 19]},
        {"control": 1},
        {"control": "c" * 251},
        {"batch_key": None},
        {"dataset_key": 7},
        {"page_size": 0},
        {"page_size": 1_001},
        {"page_size": True},
        {"window_seconds": -1},
        {"sweep_seconds": "daily"},
    ],
)
def test_bad_options_name_their_key(given: dict[str, Any]) -> None:
    with pytest.raises(ConnectorError, match=repr(next(iter(given)))) as caught:
        Options.read(given)
    assert caught.value.permanent and caught.value.code == "bad_options"
