"""What became of each record that was handed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

State = Literal["created", "updated", "unchanged", "rejected"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a part of an item. `pointer` is a JSON pointer (RFC 6901) within the item."""

    pointer: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One record's fate. A record that was stored may still have `errors`: parts of it were left out."""

    external_id: str
    state: State
    errors: Sequence[Fault] = ()


@dataclass(frozen=True, slots=True)
class PushCounts:
    """What became of the labels of one call. `repeated` were overruled by a later one of the same call."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    repeated: int = 0


class NothingKept(Exception):
    """Nothing was kept; `faults` say where what was sent is wrong."""

    sent: ClassVar = "batch"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"Nothing of this {self.sent} was kept.")
        self.faults = list(faults)


class BatchRejected(Exception):
    """An atomic batch had a rejected item: nothing of it is kept. `outcomes` say which and why."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        super().__init__("Nothing of this batch was kept.")
        self.outcomes = list(outcomes)


def counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """Return how many outcomes there are of each state."""
    return dict(Counter(each.state for each in outcomes))
