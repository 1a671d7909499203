"""An effect with its interval beside zero, what was expected, and effects at dates where nothing happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mltrack.drawing.scale import around, finite

WIDTH: Final = 280
EDGE: Final = 6


@dataclass(frozen=True)
class EffectDrawing:
    """Pixels from the left edge, all on one scale; None where there is nothing to draw."""

    width: int
    zero: float
    effect: float | None
    low: float | None
    high: float | None
    expected: float | None
    placebos: tuple[float, ...]


def draw_effect(
    effect: float | None,
    low: float | None,
    high: float | None,
    expected: float | None = None,
    placebos: Sequence[float] = (),
) -> EffectDrawing:
    """Place an effect, its bounds, what was expected, and other effects, in one unit; zero is always in sight."""
    scale = around((0.0, effect, low, high, expected, *placebos), EDGE, WIDTH - EDGE)

    def place(number: float | None) -> float | None:
        return scale.at(number) if number is not None and finite(number) else None

    return EffectDrawing(
        WIDTH,
        scale.at(0.0),
        place(effect),
        place(low),
        place(high),
        place(expected),
        tuple(scale.at(each) for each in placebos),
    )
