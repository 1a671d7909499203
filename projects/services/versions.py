"""Edits that must not overwrite each other."""

from __future__ import annotations


class VersionConflict(Exception):
    """The object was changed since it was read. `current` is its version now."""

    def __init__(self, current: int) -> None:
        super().__init__(f"This was changed in the meantime; its version is {current} now.")
        self.current = current


def expect_version(current: int, expected: int | None) -> None:
    """Raise VersionConflict unless `expected` is None or the current version."""
    if expected is not None and expected != current:
        raise VersionConflict(current)
