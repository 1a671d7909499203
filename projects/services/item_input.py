"""A JSON object read field by field: what is right is returned, what is wrong is noted with its pointer. Pure."""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from projects.services.outcomes import Fault
from projects.services.texts import whole_text

MOST_FAULTS: Final = 50
LARGEST: Final = 2**53
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Item:
    """An object of the body at `place`. Its readers note faults and then return the field's default."""

    given: Mapping[str, Any]
    place: str = ""
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, name: str | int, detail: str, code: str = "invalid") -> None:
        """Note what is wrong with a field; after 50 faults nothing more is noted."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(self.place + pointer(name), code, detail))

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Note every field that is not known here."""
        for key in islice((key for key in self.given if key not in known), MOST_FAULTS):
            self.refuse(key, f"{key[:80]} is not known here.", "unknown_key")

    def text(self, name: str, longest: int, *, empty: bool = True) -> str:
        """Return a text; absent and null are an empty one."""
        value = self.given.get(name)
        if value is None and empty:
            return ""
        wrong = whole_text(value, longest, empty=empty) if value is not None else "is needed"
        if wrong:
            self.refuse(name, f"This {wrong}.", "invalid" if value is not None else "required")
            return ""
        return str(value)

    def choice(self, name: str, words: Collection[str], default: str) -> str:
        """Return one of some words."""
        value = self.given.get(name, default)
        if isinstance(value, str) and value in words:
            return value
        self.refuse(name, f"This is one of {', '.join(words)}.")
        return default

    def number(self, name: str, low: float = -math.inf) -> float | None:
        """Return a finite number from `low`; absent and null are None."""
        value = self.given.get(name)
        if value is None:
            return None
        if type(value) in (int, float) and abs(value) <= sys.float_info.max and value >= low:
            return float(value)
        least = "" if low == -math.inf else f" from {low:g}"
        self.refuse(name, f"This is a finite number{least}, not NaN and not infinite.")
        return None

    def whole(self, name: str, low: int, high: int = LARGEST) -> int | None:
        """Return a whole number; absent and null are None."""
        value = self.given.get(name)
        if value is None:
            return None
        if type(value) is int and low <= value <= high:
            return value
        self.refuse(name, f"This is a whole number from {low} to {high}.")
        return None

    def moment(self, name: str) -> datetime | None:
        """Return a moment in UTC; absent and null are None."""
        value = self.given.get(name)
        if value is None:
            return None
        try:
            found = datetime.fromisoformat(value)
            if found.tzinfo is not None and _FIRST <= found < _LAST:
                return found.astimezone(UTC)
        except (OverflowError, TypeError, ValueError):
            pass
        self.refuse(name, "This is a time with a zone in ISO 8601, from 1970 to 2199.")
        return None

    def texts(self, name: str, most: int, longest: int) -> list[str]:
        """Return a list of distinct texts that are not empty; absent, null and what is refused are an empty one."""
        value = self.given.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > most:
            self.refuse(name, f"This is a list of at most {most} texts.")
            return []
        before, inner = len(self.faults), Item({}, self.place + pointer(name), self.faults)
        for position, each in enumerate(value):
            wrong = whole_text(each, longest, empty=False)
            if wrong:
                inner.refuse(position, f"This {wrong}.")
        if len(self.faults) == before and len(set(value)) < len(value):
            self.refuse(name, "Each is named once.")
        return value if len(self.faults) == before else []

    def items(self, name: str, most: int) -> Iterable[tuple[str, Item]]:
        """Yield the objects of an object, each with its key."""
        value = self.given.get(name)
        if value is None:
            return
        if not isinstance(value, dict) or len(value) > most:
            self.refuse(name, f"This is an object of at most {most} keys.")
            return
        for key, each in value.items():
            inner = self.at(name, key)
            if isinstance(each, dict):
                yield key, Item(each, inner.place, self.faults)
            else:
                inner.refuse_whole("This is an object.")

    def item(self, name: str) -> Item | None:
        """Return the object of a field; absent and null are None."""
        value = self.given.get(name)
        if value is None:
            return None
        if isinstance(value, dict):
            return Item(value, self.place + pointer(name), self.faults)
        self.refuse(name, "This is an object.")
        return None

    def at(self, *names: str | int) -> Item:
        """Return a place inside, to note faults at."""
        return Item({}, self.place + pointer(*names), self.faults)

    def refuse_whole(self, detail: str, code: str = "invalid") -> None:
        """Note what is wrong with the object itself."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(self.place, code, detail))


def pointer(*parts: str | int) -> str:
    """Return a JSON pointer (RFC 6901); long keys are cut at 120 characters."""
    return "".join("/" + str(part)[:120].replace("~", "~0").replace("/", "~1") for part in parts)
