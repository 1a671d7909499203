"""Streams that count and digest what passes, so that no table is ever held in memory."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import IO, Any, Final

BLOCK: Final = 1 << 18


class Measured(io.RawIOBase):
    """Takes COPY's rows and hands them on; `rows` and `sha256` tell what passed. Each row ends in one line feed."""

    def __init__(self, target: IO[bytes] | None = None) -> None:
        """Hand on to `target`, or only measure."""
        self._target = target
        self._digest = hashlib.sha256()
        self.rows = 0

    def writable(self) -> bool:
        """Say that it takes bytes."""
        return True

    def write(self, data: Any) -> int:
        """Measure a block and hand it on."""
        self._digest.update(data)
        self.rows += bytes(data).count(b"\n")
        if self._target is not None:
            self._target.write(data)
        return len(data)

    @property
    def sha256(self) -> str:
        """Return the digest of what has passed, in hex."""
        return self._digest.hexdigest()


def measure(write: Callable[[IO[bytes]], object], target: IO[bytes] | None = None) -> tuple[int, str]:
    """Return rows and SHA-256 of what `write` writes, handing it on to `target` in large blocks."""
    measured = Measured(target)
    with io.BufferedWriter(measured, BLOCK) as buffered:
        write(buffered)
        buffered.flush()
        return measured.rows, measured.sha256


def pump(source: IO[bytes]) -> Callable[[IO[bytes]], None]:
    """Return what writes all of `source` to a stream."""

    def write(target: IO[bytes]) -> None:
        while block := source.read(BLOCK):
            target.write(block)

    return write
