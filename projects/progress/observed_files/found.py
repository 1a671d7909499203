"""What was read of a result file, and what was not. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from projects.progress.observed import ObservedValue

MOST_UNREAD: Final = 100
MOST_VALUES: Final = 10_000
LONGEST_NAME: Final = 120
LONGEST_METHOD: Final = 60
_LARGEST: Final = 1e100


class FileRefused(Exception):
    """The document is not what its format says; the words say what was expected."""


@dataclass(slots=True)
class FileRead:
    """The values of a file at one moment, each series once, and in words what was not read of it."""

    time: datetime
    reference: str = ""
    values: list[ObservedValue] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    more_unread: int = 0
    _seen: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def keep(
        self,
        kind: str,
        name: str,
        value: Any,
        *,
        n: int | None = None,
        method: str = "",
        threshold: Any = None,
    ) -> None:
        """Keep a value, or note why it is none. A series that stands twice gets the method into its name."""
        number = number_of(value)
        shown = plain(name)
        if number is None:
            self.skip(f"{shown}: {str(value)[:40]} is no finite number")
            return
        if (kind, shown, "") in self._seen:
            shown = plain(f"{name}, {method}")
        if (kind, shown, "") in self._seen:
            self.skip(f"{shown}: it stands there twice")
            return
        if len(self.values) == MOST_VALUES:
            raise FileRefused(f"A file holds at most {MOST_VALUES:,} values.")
        made = ObservedValue(kind, shown, self.time, number)
        limit = number_of(threshold)
        made = replace(made, n=n, method=plain(method, LONGEST_METHOD), threshold=limit, reference=self.reference)
        self._seen[made.series] = method
        self.values.append(made)

    def skip(self, words: str) -> None:
        """Note what was not read; after a hundred they are only counted."""
        if len(self.unread) < MOST_UNREAD:
            self.unread.append(plain(words, 200))
        else:
            self.more_unread += 1


def plain(text: str, longest: int = LONGEST_NAME) -> str:
    """Return a text on one line, without what cannot be shown, cut to so many characters."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:longest].strip() or "?"


def number_of(value: Any) -> float | None:
    """Return a finite number, None for all else: true, false and text are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and abs(number) <= _LARGEST else None


def whole_of(value: Any) -> int | None:
    """Return a whole number of at least 0, None for all else."""
    number = number_of(value)
    return int(number) if number is not None and number == int(number) and 0 <= number <= 1e15 else None


def mapping_of(value: Any) -> dict[str, Any]:
    """Return an object as it is, and an empty one for all else."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """Return a list as it is, and an empty one for all else."""
    return value if isinstance(value, list) else []
