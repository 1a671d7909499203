"""A KPI's periods, evenly spaced, and how a day of change parts them. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class NotCredible(Exception):
    """There is no credible answer, and why."""


@dataclass(frozen=True, slots=True)
class Series:
    """Periods one after another by their first days; the value of one without readings is None."""

    starts: tuple[date, ...]
    values: tuple[float | None, ...]

    def between(self, first: date | None, last: date | None) -> Series:
        """Return the periods that begin from the first day to the last one; None leaves an end open."""
        return self.cut(
            bisect_left(self.starts, first) if first else 0,
            sum(start <= last for start in self.starts) if last else len(self.starts),
        )

    def cut(self, begin: int, end: int) -> Series:
        """Return the periods from one place to before another."""
        return Series(self.starts[begin:end], self.values[begin:end])

    def less(self, control: Series) -> Series:
        """Return what is left after a control is taken away; a period that either lacks is a gap."""
        beside = dict(zip(control.starts, control.values))
        found: list[float | None] = []
        for start, value in zip(self.starts, self.values):
            other = beside.get(start)
            found.append(None if value is None or other is None else value - other)
        return Series(self.starts, tuple(found))


@dataclass(frozen=True, slots=True)
class Parted:
    """Periods with readings: their places in time, values, and whether they are wholly after the change.

    The period in which the change fell is neither before nor after, and not there.
    """

    places: Floats
    values: Floats
    after: Floats

    @property
    def n_before(self) -> int:
        """Return how many periods ended before the change."""
        return len(self.after) - self.n_after

    @property
    def n_after(self) -> int:
        """Return how many periods began after it."""
        return int(self.after.sum())

    @property
    def begin(self) -> float:
        """Return the place of the first period after the change; there must be one."""
        return float(self.places[self.after > 0][0])


def change_places(starts: Sequence[date], since: date) -> tuple[int, int]:
    """Return the place after the last period that ended before a day, and of the first that begins from then on."""
    first_after = bisect_left(starts, since)
    begins_a_period = first_after < len(starts) and starts[first_after] == since
    return (first_after if begins_a_period else max(first_after - 1, 0)), first_after


def part(series: Series, since: date) -> Parted:
    """Part periods by a day of change; gaps are left out, and the others keep their places."""
    last_before, first_after = change_places(series.starts, since)
    rows = [
        (place, value, float(place >= first_after))
        for place, value in enumerate(series.values)
        if value is not None and not last_before <= place < first_after
    ]
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return Parted(table[:, 0], table[:, 1], table[:, 2])


def enough(parted: Parted, before: int, after: int) -> None:
    """Raise NotCredible unless so many periods with readings lie on each side, and they are not all alike."""
    if parted.n_before < before or parted.n_after < after:
        raise NotCredible(
            f"it needs {before} periods with readings before the change and {after} after it, "
            f"and there are {parted.n_before} and {parted.n_after}"
        )
    if np.ptp(parted.values) == 0:
        raise NotCredible("every period has the same value, so nothing says how much it moves by itself")
