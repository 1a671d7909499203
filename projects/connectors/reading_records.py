"""What connectors are asked for a measure and what they bring: plain records, checked by nobody yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

MOST_ROWS: Final = 100_000
"""So many readings one question may bring; more are no measure but the data behind it."""
PAGE_ROWS: Final = 10_000
"""Readings that are stored in one transaction."""
MOST_REJECTED: Final = 50
"""So many rejected rows of one question are named."""


@dataclass(frozen=True, slots=True)
class SeriesQuery:
    """One question: what to ask, and since when.

    `statement` is PromQL, SQL or the place of a file. `options` are those of the source. Readings at or after `since`
    are wanted; `periods` are the measure's periods from there that are over, each as (first moment, first moment
    after it) in UTC. `digest` is that of the file of the last time, `version` that of the source that asks.
    """

    id: str
    statement: str
    options: Mapping[str, Any]
    since: datetime
    periods: Sequence[tuple[datetime, datetime]] = ()
    digest: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class RawReading:
    """A value at a moment: a time without a zone, or a date, is local to the measure's zone."""

    time: datetime | date
    value: float
    segment: str = ""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that is no reading: where it stands, such as `line 3`, and why."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReadingsPage:
    """Some answers to one question, of a `version` of its source.

    `problem` says why a question has no answer, as (code, text); others of the connection go on. `warning` is what the
    server adds to an answer that may not be whole. With `ends` the question is answered, with `last` all are.
    """

    query: str
    rows: Sequence[RawReading] = ()
    rejected: Sequence[RejectedRow] = ()
    problem: tuple[str, str] | None = None
    warning: str = ""
    digest: str = ""
    ends: bool = True
    cursor: Mapping[str, Any] = field(default_factory=dict)
    last: bool = False
    requests: int = 0
    version: int = 0
