"""A series as a line of block characters, for texts that show no picture; its gaps stay gaps. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

BLOCKS: Final = "▁▂▃▄▅▆▇█"
GAP: Final = "·"


def heights(values: Sequence[float | None], steps: int) -> list[int | None]:
    """Return for each value how many of `steps` it is high, 1 at the lowest, `steps` at the highest; None for a gap.

    NaN and infinities are gaps. Where all are alike they stand in the middle, the upper one of two.
    """
    known = [value for value in values if value is not None and math.isfinite(value)]
    if not known:
        return [None] * len(values)
    low, high = min(known), max(known)
    span = high / 2 - low / 2  # Halves, since the whole may be larger than any number.

    def height(value: float | None) -> int | None:
        if value is None or not math.isfinite(value):
            return None
        share = 0.5 if span == 0 else (value / 2 - low / 2) / span
        return 1 + math.floor(share * (steps - 1) + 0.5)

    return [height(value) for value in values]


def blocks(values: Sequence[float | None]) -> str:
    """Return one character per value: ▁ at the lowest, █ at the highest, · for a gap; empty without any value."""
    found = heights(values, len(BLOCKS))
    if all(each is None for each in found):
        return ""
    return "".join(GAP if each is None else BLOCKS[each - 1] for each in found)
