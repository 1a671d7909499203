"""docs/forecasts.md runs as it is written.

Its dates and chances agree with exact fractions (the growing scope) and with 400,000 simulations (readiness).
"""

from __future__ import annotations

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[4] / "docs" / "forecasts.md"


def test_the_examples_give_what_they_say() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert (found.failed, found.attempted) == (0, 39)
