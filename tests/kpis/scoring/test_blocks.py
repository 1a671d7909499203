"""Histories as characters, by hand: eight steps from the lowest value to the highest."""

from __future__ import annotations

import math

import pytest

from kpis.scoring.blocks import blocks, heights


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 1, 2, 3, 4, 5, 6, 7], "▁▂▃▄▅▆▇█"),
        ([7, 0], "█▁"),
        ([1, None, 3], "▁·█"),
        ([math.nan, 1, math.inf, 2], "·▁·█"),
        ([5, 5], "▅▅"),
        ([None, None], ""),
        ([], ""),
        ([-1.7e308, 1.7e308], "▁█"),
    ],
)
def test_blocks(values: list[float | None], expected: str) -> None:
    assert blocks(values) == expected


def test_heights_stay_within_their_steps() -> None:
    assert heights([0.0, 50.0, 100.0, None], 24) == [1, 13, 24, None]
