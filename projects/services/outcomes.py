"""What became of each record that was handed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

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


class BatchRejected(Exception):
    """An atomic batch had a rejected item: nothing of it is kept. `outcomes` say which and why."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        super().__init__("Nothing of this batch was kept.")
        self.outcomes = list(outcomes)


def counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """Return how many outcomes there are of each state."""
    return dict(Counter(each.state for each in outcomes))
