"""What a benchmark found, and the table that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEADINGS = ("benchmark", "what", "measured", "floor", "ratio", "aim", "")


@dataclass(frozen=True, slots=True)
class Result:
    """One promise. `ratio` is measured to floor, or a plain count; `aim` bounds it, from above unless `at_least`.

    A ratio of None was not measured here; an aim of None promises nothing and is shown for the reader.
    """

    benchmark: str
    what: str
    measured: str
    floor: str
    ratio: float | None
    aim: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        """Say whether the aim is met; None where there is no aim or no measurement."""
        if self.ratio is None or self.aim is None:
            return None
        return self.ratio >= self.aim if self.at_least else self.ratio <= self.aim

    def cells(self) -> tuple[str, ...]:
        """Return the row's texts in the order of `HEADINGS`."""
        ratio = "" if self.ratio is None else _short(self.ratio)
        aim = "" if self.aim is None else f"{'≥' if self.at_least else '≤'} {_short(self.aim)}"
        word = {True: "met", False: "MISSED", None: ""}[self.met]
        return (self.benchmark, self.what, self.measured, self.floor, ratio, aim, word)


def table(results: Iterable[Result]) -> str:
    """Return the results as lines of aligned columns."""
    rows: list[Sequence[str]] = [HEADINGS, *(each.cells() for each in results)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def _short(number: float) -> str:
    return f"{number:g}" if number == round(number) else f"{number:.3g}" if number < 1 else f"{number:.2f}"
