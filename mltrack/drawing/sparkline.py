"""The sparkline: a series small enough for a table cell, whose gaps stay gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from mltrack.drawing.scale import Scale, around, finite


@dataclass(frozen=True)
class Sparkline:
    """`lines` are unbroken stretches as SVG points; `dots` lone values; `last` the newest value's place."""

    width: int
    height: int
    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    last: tuple[float, float] | None
    goal: float | None
    missing: int


def sparkline(
    values: Sequence[float | None],
    goal: float | None = None,
    width: int = 96,
    height: int = 24,
    span: Sequence[float | None] = (),
) -> Sparkline:
    """Place the values at even steps; None, NaN and infinities are gaps, never bridged.

    `span` are values that have their room as well, so that several drawings share one scale.
    """
    vertical = around([*values, goal, *span], height - 3, 3, margin=0.08)
    horizontal = Scale(0, max(len(values) - 1, 1), 2, width - 4)
    stretches = _stretches(values, horizontal, vertical)
    lines = tuple(" ".join(f"{x},{y}" for x, y in points) for points in stretches if len(points) > 1)
    dots = tuple(points[0] for points in stretches if len(points) == 1)
    known = [point for points in stretches for point in points]
    newest = known[-1] if known and finite(values[-1]) else None
    at_goal = vertical.at(goal) if goal is not None and finite(goal) else None
    return Sparkline(width, height, lines, dots, newest, at_goal, len(values) - len(known))


def _stretches(values: Sequence[float | None], horizontal: Scale, vertical: Scale) -> list[list[tuple[float, float]]]:
    groups = groupby(enumerate(values), key=lambda item: finite(item[1]))
    return [
        [(horizontal.at(place), vertical.at(value)) for place, value in group if value is not None]
        for known, group in groups
        if known
    ]
