"""What a judgement knows of what is observed of data and of production, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """A finding that is open, by its kind (`silent`, `stopped`, `drift`, `quality`, `evaluation`) and in words."""

    kind: str
    id: str
    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """When a series brought a value last."""

    kind: str
    name: str
    segment: str
    at: datetime

    def __str__(self) -> str:
        return f"{self.kind} of {self.name}" + (f" in {self.segment}" if self.segment else "")


@dataclass(frozen=True, slots=True)
class Figure:
    """The newest value of a series of latency, errors or cost, with the threshold that it came with."""

    seen: Seen
    value: float
    n: int | None = None
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class ObservedFacts:
    """What is observed: how many segments are watched, and how many are too small or new to be.

    `judged` are newest values by kind that have a threshold to be held against, `unjudged` those that have none, and
    `oldest` is the oldest among those with a threshold. `figures` are newest values of latency, errors and cost,
    and `series` says of how many series by kind, where they may be more than are read. `newest` is what was observed
    last of volume, latency or errors, `probed_at` when the endpoint of what is live was asked last, `audited` the
    newest evaluation in production of what is live. `owned` says whether the initiative's owner is an active member.
    """

    watched: int = 0
    small: int = 0
    new: int = 0
    judged: Mapping[str, int] = field(default_factory=dict)
    unjudged: Mapping[str, int] = field(default_factory=dict)
    open: tuple[OpenFinding, ...] = ()
    oldest: Mapping[str, Seen] = field(default_factory=dict)
    figures: tuple[Figure, ...] = ()
    series: Mapping[str, int] = field(default_factory=dict)
    newest: Seen | None = None
    probed_at: datetime | None = None
    audited: Seen | None = None
    owned: bool = False
