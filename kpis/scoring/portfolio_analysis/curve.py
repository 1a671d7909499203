"""Where the lines and bands of an incidence curve are drawn. Pure; units are those of the drawing's view box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from kpis.scoring.portfolio_analysis.incidence import Incidence, IncidenceStep, Share

WIDTH, HEIGHT = 720.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 40.0, 8.0, 8.0, 24.0
SHORTEST: Final = 30
TICKS: Final = (7, 14, 30, 60, 90, 180, 365, 730)
MOST_TICKS: Final = 7


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: its place and its word."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Curve:
    """The paths of the two lines, of their bands, and the marks of both axes."""

    production: str
    cancelled: str
    production_band: str
    cancelled_band: str
    days: tuple[Tick, ...]
    shares: tuple[Tick, ...]


def curve_of(found: Incidence) -> Curve | None:
    """Return the drawing of a curve; None where nothing has ended, as there is no line to draw."""
    if not found.production and not found.cancelled:
        return None
    last = max(SHORTEST, found.steps[-1].days)

    def place(days: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * days / last, 1)

    every = next(
        (each for each in TICKS if last / each <= MOST_TICKS), TICKS[-1] * (last // (TICKS[-1] * MOST_TICKS) + 1)
    )
    return Curve(
        production=_line(found.steps, place, last, lambda each: each.production.value),
        cancelled=_line(found.steps, place, last, lambda each: each.cancelled.value),
        production_band=_band(found.steps, place, last, lambda each: each.production),
        cancelled_band=_band(found.steps, place, last, lambda each: each.cancelled),
        days=tuple(Tick(place(day), f"{day} d") for day in range(0, last + 1, every)),
        shares=tuple(Tick(height(share), f"{share:.0%}") for share in (0.0, 0.25, 0.5, 0.75, 1.0)),
    )


def height(share: float) -> float:
    """Return how far down a share is drawn."""
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - share), 1)


def _line(
    steps: Sequence[IncidenceStep],
    place: Callable[[float], float],
    last: int,
    value: Callable[[IncidenceStep], float],
) -> str:
    return f"M{LEFT} {height(0)}" + _stairs([(place(each.days), height(value(each))) for each in steps], place(last))


def _stairs(corners: Sequence[tuple[float, float]], end: float) -> str:
    return "".join(f"H{x}V{y}" for x, y in corners) + f"H{end}"


def _band(
    steps: Sequence[IncidenceStep],
    place: Callable[[float], float],
    last: int,
    share: Callable[[IncidenceStep], Share],
) -> str:
    """Return the area between the bounds from where there are any, or ""."""
    corners = [(place(each.days), share(each)) for each in steps if share(each).low is not None]
    if not corners:
        return ""
    upper = [(x, height(each.high or 0.0)) for x, each in corners]
    lower = [(x, height(each.low or 0.0)) for x, each in corners]
    back = "".join(f"V{y}H{x}" for x, y in reversed(lower))
    return f"M{upper[0][0]} {upper[0][1]}{_stairs(upper[1:], place(last))}{back}Z"
