"""docs/labeling-statistics.md runs as it is written."""

from __future__ import annotations

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[4] / "docs" / "labeling-statistics.md"


def test_the_examples_give_what_they_say() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert (found.failed, found.attempted) == (0, 14)
