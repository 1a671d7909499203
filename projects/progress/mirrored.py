"""The history of a mirrored task: its chain of changes of status, and the moments that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

TODO: Final = "todo"
DOING: Final = "doing"
DONE: Final = "done"
CANCELLED: Final = "cancelled"

Step: TypeAlias = tuple[str, str, datetime]
"""From which status, to which, and when; the first step is from ""."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A task as its tracker shows it now, in our statuses. `told` are its changes in order, None where none are told.

    `started_at` and `ended_at` are what the tracker itself says of them.
    """

    status: str
    created_at: datetime
    updated_at: datetime
    told: Sequence[tuple[datetime, str]] | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The chain of a task, which ends in its present status, and its moments; None where nobody knows."""

    chain: tuple[Step, ...]
    started_at: datetime | None
    done_at: datetime | None
    cancelled_at: datetime | None


def told_history(seen: Seen) -> History:
    """Return the history that the tracker tells, from the task's creation on.

    A change to the same status is none. A present status that the changes do not end in was reached when the tracker
    says that the task ended, or else with its last change. Where no changes are told, that last step was merely found:
    nobody knows when the task was begun, and when it ended only if the tracker says so.
    """
    chain: list[Step] = [("", TODO, seen.created_at)]
    for at, status in seen.told or ():
        _go(chain, status, at)
    _go(chain, seen.status, _end(seen) or seen.updated_at)
    sure = chain if seen.told is not None else chain[:1]
    started = next((at for _, to, at in sure if to == DOING), None)
    last = next((at for _, to, at in reversed(sure) if to == seen.status), None)
    return _history(seen, chain, started, last)


def observed_history(seen: Seen, known: History, *, is_same_word: bool) -> History:
    """Return the known history with what was seen since, where the tracker tells none.

    Another status was reached with the task's last change. Where the tracker's word is the same as before, the mapping
    of words has changed and not the task: then the last step is put right, and no step is made.
    """
    chain, started = list(known.chain) or [("", TODO, seen.created_at)], known.started_at
    if chain[-1][1] == seen.status:
        return _history(seen, chain, started, known.done_at or known.cancelled_at)
    if is_same_word and len(chain) > 1:
        at = chain.pop()[2]
        _go(chain, seen.status, at)
        return _history(seen, chain, started, None)
    at = _end(seen) or seen.updated_at
    _go(chain, seen.status, at)
    if is_same_word:
        return _history(seen, chain, started, None)
    return _history(seen, chain, started or (at if seen.status == DOING else None), at)


def _go(chain: list[Step], status: str, at: datetime) -> None:
    if chain[-1][1] != status:
        chain.append((chain[-1][1], status, at))


def _end(seen: Seen) -> datetime | None:
    return seen.ended_at if seen.status in (DONE, CANCELLED) else None


def _history(seen: Seen, chain: Sequence[Step], started: datetime | None, last: datetime | None) -> History:
    ended = seen.ended_at or last
    return History(
        chain=tuple(chain),
        started_at=seen.started_at or started,
        done_at=ended if seen.status == DONE else None,
        cancelled_at=ended if seen.status == CANCELLED else None,
    )
