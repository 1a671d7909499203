"""A condition on a metric as people write it: `accuracy>=0.9`. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

Operator = Literal[">=", "<=", ">", "<", "="]
_OPERATORS: Final[tuple[Operator, ...]] = (">=", "<=", ">", "<", "=")


@dataclass(frozen=True, slots=True)
class Threshold:
    """A metric key, an operator and a finite number."""

    key: str
    operator: Operator
    value: float

    def __str__(self) -> str:
        return f"{self.key}{self.operator}{self.value:g}"


def parse_threshold(text: str) -> Threshold:
    """Return the condition in a text. Raises ValueError in words.

    The last operator counts, as keys may hold one. `accuracy:>=0.9` is the same as `accuracy>=0.9`.
    """
    found = max(((text.rfind(each), len(each), each) for each in _OPERATORS), default=(-1, 0, _OPERATORS[0]))
    place, _, operator = found
    if place > 0 and operator == "=" and text[place - 1] in "<>":
        place, operator = place - 1, ">=" if text[place - 1] == ">" else "<="
    key, number = text[:place].strip().removesuffix(":"), text[place + len(operator) :].strip()
    if place <= 0 or not key or "\x00" in key:
        raise ValueError("Write a metric, a comparison and a number: accuracy>=0.9")
    try:
        value = float(number)
    except ValueError:
        raise ValueError(f"{number[:40]!r} is not a number.") from None
    if not math.isfinite(value):
        raise ValueError("Compare with a finite number.")
    return Threshold(key, operator, value)
