"""Asking pulls to end at their next page, across the processes of a worker.

The flag is one byte of shared memory made before a worker forks: its parent gets the signal, its children read it.
"""

from __future__ import annotations

import mmap
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from projects.connectors.base import Client

GRACE_SECONDS = 5.0
_flag = mmap.mmap(-1, 1)


def request_stop() -> None:
    """Let every pull of this process and its children end at its next page."""
    _flag[0] = 1


def resume() -> None:
    """Take the request back."""
    _flag[0] = 0


def is_stopping() -> bool:
    """Say whether pulls should end."""
    return _flag[0] == 1


@contextmanager
def cut_off_when_stopping(client: Client) -> Iterator[None]:
    """Close the client a few seconds after a stop was asked for, so that a server that is silent delays nothing."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            if is_stopping():
                if not done.wait(GRACE_SECONDS):
                    client.close()
                return

    thread = threading.Thread(target=watch, name="pull-stop", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
