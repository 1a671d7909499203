"""Who may start, use and end the embedded services of a data folder. The kernel frees what a dead process held."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Lock:
    """An advisory lock on a file. Its text says who holds it alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def take(self, *, shared: bool = False, wait: bool = False, owner: str = "") -> bool:
        """Take the lock and say whether it was had; `owner` is noted in the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(descriptor, kind if wait else kind | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        if owner:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, owner.encode())
        self._descriptor = descriptor
        return True

    def holder(self) -> str:
        """Return what the last holder noted."""
        try:
            return self.path.read_text(errors="replace").strip()
        except OSError:
            return ""

    def release(self) -> None:
        """Give the lock back; releasing what is not held does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
