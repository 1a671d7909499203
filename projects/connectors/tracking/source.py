"""What a tracker must be able to tell so that its tasks can be pulled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeAlias

from mltrack.outbound import OutboundClient
from projects.connectors.base import ConnectorError
from projects.connectors.records import ChoiceRecord, ServerReport
from projects.connectors.task_records import SprintRecord, TaskRecord
from projects.connectors.tracking.options import TrackerOptions

Raw: TypeAlias = Mapping[str, Any]

MOST_LISTED: Final = 10_000
"""So many projects or milestones are listed at most."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One page of an answer; `next` is the place of the next one, "" at the end."""

    rows: Sequence[Raw]
    next: str = ""


class Source(Protocol):
    """One tracker. A scope is a project or repository, "" where one question covers all that are asked for.

    `resolution` is how finely the tracker can be asked for moments. Every method raises OutboundError, and
    ConnectorError for answers of another shape; what reads one row raises ValueError in words.
    """

    client: OutboundClient
    resolution: timedelta

    @property
    def options(self) -> TrackerOptions:
        """Return what a person has set."""
        ...

    def check(self) -> ServerReport:
        """Say whether the tracker can be used, and how much is visible."""
        ...

    def choices(self) -> list[ChoiceRecord]:
        """Return what a person may choose from."""
        ...

    def statuses(self) -> Sequence[str]:
        """Return the tracker's words for statuses as far as it lists them."""
        ...

    def types(self) -> Sequence[str]:
        """Return the tracker's words for types as far as it lists them."""
        ...

    def scopes(self) -> Sequence[str]:
        """Return what is to be read, each read by itself."""
        ...

    def sprints(self, scope: str) -> Sequence[SprintRecord]:
        """Return all sprints of a scope."""
        ...

    @property
    def lists_all_sprints(self) -> bool:
        """Say whether `sprints` are all there are: then one that is missing is gone."""
        ...

    def changed(self, scope: str, since: datetime | None, place: str) -> Batch:
        """Return tasks changed at or after `since`, the oldest change first; `place` is of the page before."""
        ...

    def ids(self, scope: str, place: str) -> tuple[Sequence[str], str]:
        """Return external ids of tasks that are there now, and the next place."""
        ...

    def id_of(self, raw: Raw) -> str:
        """Return a row's external id."""
        ...

    def changed_at(self, raw: Raw) -> datetime:
        """Return the moment of a row's last change."""
        ...

    def is_gone(self, raw: Raw) -> bool:
        """Say whether the tracker calls a task moved away."""
        ...

    def words(self, raw: Raw) -> tuple[str, str] | None:
        """Return a row's words for status and type, None for one that is no task."""
        ...

    def task(self, scope: str, raw: Raw) -> TaskRecord | None:
        """Return a row as a record, None for one that is no task. It may ask for the row's history."""
        ...

    def unread(self, raw: Raw) -> Sequence[str]:
        """Return the names of a row's parts that hold something and are not read."""
        ...


def strange(title: str) -> ConnectorError:
    """Return the error for an answer of another shape."""
    return ConnectorError(f"The server's answer does not look like {title}'s.", code="bad_answer")


def repeating() -> ConnectorError:
    """Return the error for a server that keeps sending what it sent before."""
    text = "The server sends the same page again and again, so that the pull would never end."
    return ConnectorError(text, code="repeating_page")


def objects(answer: Any, title: str, key: str = "") -> list[dict[str, Any]]:
    """Return a list of objects, or the one under a key. Raises ConnectorError for another shape."""
    found = answer.get(key) if key and isinstance(answer, dict) else answer
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise strange(title)
    return found


def every_page(ask: Callable[[int], Sequence[dict[str, Any]]], size: int) -> list[dict[str, Any]]:
    """Return the rows of all numbered pages, until one that is not full. Raises ConnectorError `repeating_page`."""
    found: list[dict[str, Any]] = []
    before: Sequence[dict[str, Any]] = ()
    for page in range(1, MOST_LISTED // size + 2):
        rows = ask(page)
        if rows and rows == before:
            raise repeating()
        found += rows
        if len(rows) < size:
            break
        before = rows
    return found
