"""Ranks: short texts between which there is always room for another, so that a move writes one row.

A rank is read as a fraction in base 62, `V` for a half: texts sort by their bytes (collation C). None ends in `0`, or
there would be no room below it.
"""

from __future__ import annotations

from typing import Final

DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LONGEST: Final = 60
"""Beyond this many characters the ranks of a board are spread anew."""


def between(low: str, high: str) -> str:
    """Return a rank between two; `low` "" is the very top, `high` "" the very bottom.

    Raises ValueError where `low` is not before `high`, and for texts that are no ranks.
    """
    if any(each not in DIGITS for each in low + high) or low.endswith("0") or high.endswith("0"):
        raise ValueError("A rank has letters and digits, and does not end in 0.")
    if high and low >= high:
        raise ValueError("There is nothing between two ranks in the wrong order.")
    return _middle(low, high)


def spread(count: int) -> list[str]:
    """Return so many ranks in order, all of one length and evenly far from each other."""
    length = 1
    while len(DIGITS) ** length <= count * 2:
        length += 1
    step = len(DIGITS) ** length // (count + 1)
    return [_digits(step * (place + 1), length) for place in range(count)]


def _middle(low: str, high: str) -> str:
    shared = 0
    while high and shared < len(high) and (low[shared : shared + 1] or "0") == high[shared]:
        shared += 1
    if shared:
        return high[:shared] + _middle(low[shared:], high[shared:])
    first = DIGITS.index(low[0]) if low else 0
    last = DIGITS.index(high[0]) if high else len(DIGITS)
    if last - first > 1:
        return DIGITS[(first + last) // 2]
    if len(high) > 1:
        return high[0]
    return DIGITS[first] + _middle(low[1:], "")


def _digits(number: int, length: int) -> str:
    """Return a number in base 62 with so many places, without zeros at its end."""
    text = ""
    for _ in range(length):
        number, rest = divmod(number, len(DIGITS))
        text = DIGITS[rest] + text
    return text.rstrip("0")
