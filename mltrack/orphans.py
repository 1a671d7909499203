"""Nothing outlives whoever started it: signals at a parent's death, and the end of whole process groups."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_PRCTL = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None


def end_with_parent(sign: int, parent: int | None = None) -> Callable[[], None]:
    """Return what a child runs first so that it gets `sign` when its parent's thread dies (Linux only).

    The parent is this process unless another is named. What is returned must run after a change of user, which
    clears the setting. A parent that is gone already counts.
    """
    expected = os.getpid() if parent is None else parent

    def ask() -> None:
        if _PRCTL is not None:
            _PRCTL(_PR_SET_PDEATHSIG, sign, 0, 0, 0)
            if os.getppid() != expected:
                os.kill(os.getpid(), signal.SIGKILL)

    return ask


def kill_group(leader: int) -> None:
    """Kill whatever is left of the process group that `leader` began."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
