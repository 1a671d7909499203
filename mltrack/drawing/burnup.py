"""The burn-up of a sprint: a line of what is in it, one of what is done, and the pace that would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mltrack.drawing.scale import Scale

WIDTH: Final = 640
HEIGHT: Final = 200
LEFT: Final = 32
RIGHT: Final = 8
TOP: Final = 8
BOTTOM: Final = 24


@dataclass(frozen=True)
class Tick:
    """A line across at `at` pixels, called `label`."""

    at: float
    label: str


@dataclass(frozen=True)
class Burnup:
    """Points of SVG lines; `pace` goes from nothing at the start to the scope of now at the end."""

    width: int
    height: int
    scope: str
    done: str
    pace: str
    area: str
    ticks: tuple[Tick, ...]
    last: tuple[float, float]


def draw_burnup(scope: Sequence[int], done: Sequence[int], days: int) -> Burnup | None:
    """Place the ends of the days so far, of `days` in all; None where no day has begun.

    Both series start from the left edge, the start of the first day, with what the first day ended with and with 0.
    """
    if not scope:
        return None
    most = max([*scope, *done, 1])
    across = Scale(0, max(days, len(scope)), LEFT, WIDTH - RIGHT)
    up = Scale(0, most, HEIGHT - BOTTOM, TOP)
    scope_points = _points([scope[0], *scope], across, up)
    done_points = _points([0, *done], across, up)
    end = across.at(len(done))
    floor = up.at(0)
    return Burnup(
        WIDTH,
        HEIGHT,
        scope_points,
        done_points,
        f"{across.at(0)},{floor} {across.at(days)},{up.at(scope[-1])}",
        f"{across.at(0)},{floor} {done_points} {end},{floor}",
        tuple(Tick(up.at(value), str(value)) for value in sorted({0, _half(most), most})),
        (end, up.at(done[-1])),
    )


def _points(values: Sequence[int], across: Scale, up: Scale) -> str:
    return " ".join(f"{across.at(place)},{up.at(value)}" for place, value in enumerate(values))


def _half(most: int) -> int:
    """Return half of a number that has one, else nothing more than 0: a tick stands at a whole task."""
    return most // 2 if most % 2 == 0 else 0
