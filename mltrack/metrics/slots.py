"""Counters of several web processes in one folder of small files.

Each process writes its own files, named by a slot that it holds by a lock as long as it lives. A process that takes the
place of another gets a free slot and counts on in its files: nothing is lost or counted twice at a restart, and there
are never more files than there were processes at once.
"""

from __future__ import annotations

import fcntl
import os
from itertools import count
from pathlib import Path

from prometheus_client import values


class Slots:
    """The slots of one folder, as one process sees them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._owner, self._number, self._lock = 0, 0, -1

    def number(self) -> int:
        """Return this process's slot, from 0; a child that was forked takes one of its own."""
        if self._owner != os.getpid():
            inherited, (self._number, self._lock) = self._lock, self._take()
            self._owner = os.getpid()
            if inherited >= 0:
                os.close(inherited)
        return self._number

    def _take(self) -> tuple[int, int]:
        for number in count():
            lock = os.open(self.folder / f"{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
            else:
                return number, lock
        raise AssertionError  # count() never ends


def folder() -> Path | None:
    """Return the folder that the processes of this web role share, None for a process that counts alone."""
    given = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    return Path(given) if given else None


def share() -> None:
    """Let metrics that are made from now on write to this process's slot, where there is a folder."""
    found = folder()
    if found is not None:
        values.ValueClass = values.MultiProcessValue(Slots(found).number)  # type: ignore[no-untyped-call]
