"""Places where a test may let the process die, to prove that nothing is lost there."""

from __future__ import annotations

import os
from typing import Final

NAMES: Final = (
    "pull.after_lease",
    "pull.after_fetch",
    "pull.after_cursor",
    "pull.before_commit",
    "pull.after_commit",
    "pull.before_finish",
    "sweep.after_claim",
    "judge.after_begin",
    "judge.after_gather",
    "tell.after_opening",
    "judge.before_commit",
    "judge.after_commit",
    "mail.before_send",
    "send.after_claim",
    "send.after_send",
    "hook.after_claim",
    "hook.after_send",
    "upload.before_commit",
    "upload.after_commit",
    "count.after_claim",
    "count.before_commit",
    "count.after_commit",
    "merge.after_claim",
    "merge.before_commit",
    "merge.after_commit",
    "write.before_commit",
    "write.after_commit",
)


def failpoint(name: str) -> None:
    """End the process at once, as `kill -9` would, where `MLTRACK_FAILPOINT` is this name."""
    if os.environ.get("MLTRACK_FAILPOINT") == name:
        os._exit(137)
