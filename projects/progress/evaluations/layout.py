"""What the columns of uploaded rows are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PLAIN = ("id", "prediction", "label", "correct", "confidence")
SLICE, GROUP = "slice:", "group:"
MOST_COLUMNS = 20
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns in their order: those of PLAIN by their name, slices as "slice:region", groups as "group:sex".

    Raises ValueError for columns that cannot be counted.
    """

    columns: tuple[str, ...]
    favourable: str = ""

    def __post_init__(self) -> None:
        for each in self.columns:
            if each not in PLAIN and not (each.startswith((SLICE, GROUP)) and 0 < len(named(each)) <= LONGEST_NAME):
                raise ValueError(
                    f"“{each[:LONGEST_NAME]}” is not a column: there are {', '.join(PLAIN)}, slice:… group:…"
                )
        if len(set(self.columns)) < len(self.columns) or len(self.columns) > MOST_COLUMNS:
            raise ValueError(f"Columns are distinct, and at most {MOST_COLUMNS}.")
        compared = {"prediction", "label"} & set(self.columns)
        if ("correct" in self.columns) == bool(compared) or len(compared) == 1:
            raise ValueError("Rows have a prediction and a label, or else correct.")
        if self.favourable and not compared:
            raise ValueError("A favourable class needs predictions and labels.")
        names = [*self.slices, *self.groups]
        if len(set(names)) < len(names) or any(set("=,\0") & set(name) or name.strip() != name for name in names):
            raise ValueError("Slices and groups have distinct names, without “=”, commas and spaces around them.")

    @property
    def slices(self) -> tuple[str, ...]:
        """The names of the slice columns."""
        return tuple(named(each) for each in self.columns if each.startswith(SLICE))

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of the group columns."""
        return tuple(named(each) for each in self.columns if each.startswith(GROUP))

    def places(self, prefix: str) -> Sequence[int]:
        """Return where the columns of a kind are."""
        return [place for place, each in enumerate(self.columns) if each.startswith(prefix)]


def named(column: str) -> str:
    """Return the name of a slice or group column without its kind."""
    return column.partition(":")[2]
