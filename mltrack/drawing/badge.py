"""The two halves of a badge: how wide each is, and where its text stands. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LETTER: Final = 6.6
PADDING: Final = 6


@dataclass(frozen=True, slots=True)
class Half:
    """One half, in pixels from the badge's left edge; its text is stretched to `length`."""

    text: str
    left: int
    width: int
    middle: int
    length: int


@dataclass(frozen=True, slots=True)
class Badge:
    """A label and what is said of it, in a colour."""

    label: Half
    message: Half
    colour: str

    @property
    def width(self) -> int:
        """Return the width of the whole."""
        return self.message.left + self.message.width


def badge(label: str, message: str, colour: str) -> Badge:
    """Return the badge of two texts."""
    first = _half(label, 0)
    return Badge(first, _half(message, first.width), colour)


def _half(text: str, left: int) -> Half:
    length = 2 * max(1, round(len(text) * LETTER / 2))
    width = length + 2 * PADDING
    return Half(text, left, width, left + width // 2, length)
