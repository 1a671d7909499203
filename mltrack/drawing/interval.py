"""The interval bar: an observed value with its interval, and the target that it must reach."""

from __future__ import annotations

from dataclasses import dataclass

from mltrack.drawing.scale import around, finite


@dataclass(frozen=True, slots=True)
class Bar:
    """The numbers of an interval bar, before they are placed."""

    value: float | None
    low: float | None = None
    high: float | None = None
    goal: float | None = None
    comparator: str = ">="
    goal_high: float | None = None
    unit: str = "ratio"


@dataclass(frozen=True)
class IntervalBar:
    """Pixels from the left edge; None where there is nothing to draw. `zone` is the accepted stretch (x, width)."""

    width: int
    value: float | None
    low: float | None
    high: float | None
    goal: float | None
    zone: tuple[float, float] | None


def interval_bar(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    goal: float | None = None,
    *,
    comparator: str = ">=",
    goal_high: float | None = None,
    width: int = 132,
) -> IntervalBar:
    """Place an observed value, its bounds and its target on one line of `width` pixels.

    `comparator` is that of the target; with `between`, `goal` and `goal_high` are its ends.
    """
    scale = around((value, low, high, goal, goal_high), 4, width - 4)

    def place(number: float | None) -> float | None:
        return scale.at(number) if number is not None and finite(number) else None

    at_goal, at_end = place(goal), place(goal_high)
    return IntervalBar(width, place(value), place(low), place(high), at_goal, _zone(comparator, at_goal, at_end, width))


def _zone(comparator: str, goal: float | None, end: float | None, width: int) -> tuple[float, float] | None:
    if goal is None:
        return None
    if comparator == "between":
        return (goal, round(end - goal, 1)) if end is not None else None
    if comparator in ("<=", "<"):
        return 0.0, goal
    return goal, round(width - goal, 1)
