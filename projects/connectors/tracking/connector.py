"""The connector that every tracker is, made of its source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar, Final

from mltrack.outbound import OutboundClient, OutboundError
from projects.connectors.ahead import ahead
from projects.connectors.base import ConnectorError, plain_auth
from projects.connectors.records import ChoiceRecord, ServerReport
from projects.connectors.task_records import OpenedTask, TaskOrder, TaskPage, TrackerWords
from projects.connectors.tracking.paging import ChangePager
from projects.connectors.tracking.pull import Pull
from projects.connectors.tracking.source import Source, strange
from projects.connectors.tracking.writing import Writer

MOST_PAGES: Final = 5
"""Pages that are looked at for the words of a tracker."""

_LIMIT_SECONDS: Final = 300.0


class TrackerConnector:
    """Pulls sprints and tasks of one tracker.

    Every method raises ConnectorError. The client stays the caller's: close it when done.
    """

    title: ClassVar[str] = ""
    hint: ClassVar[str] = ""
    auth_of = staticmethod(plain_auth)
    source: Source

    def __init__(self, client: OutboundClient, options: Mapping[str, Any]) -> None:
        self.source = self._source(client, options)

    def _source(self, client: OutboundClient, options: Mapping[str, Any]) -> Source:
        raise NotImplementedError

    def _writer(self) -> Writer:
        raise NotImplementedError

    def test(self) -> ServerReport:
        """Return what the tracker is and how much is visible."""
        with self._in_words():
            return self.source.check()

    def list_choices(self) -> list[ChoiceRecord]:
        """Return what may be chosen, by name."""
        with self._in_words():
            return sorted(self.source.choices(), key=lambda each: each.name.casefold())

    def list_words(self) -> TrackerWords:
        """Return the tracker's words for statuses and types, counted over the tasks of its first pages."""
        with self._in_words():
            scopes = self.source.scopes()
            statuses: Counter[str] = Counter(dict.fromkeys(self.source.statuses(), 0))
            types: Counter[str] = Counter(dict.fromkeys(self.source.types(), 0))
            is_whole = self._count(scopes, statuses, types)
        return TrackerWords(dict(statuses.most_common()), dict(types.most_common()), is_whole)

    def fetch_tasks(self, cursor: Mapping[str, Any], now: datetime) -> Iterator[TaskPage]:
        """Yield the pages of one pull; the next page is fetched while the caller stores this one.

        Store each page with its cursor; begin the next pull from the cursor that was stored last. `now` is an
        aware datetime.
        """
        return ahead(self._pages(cursor, now))

    def create_task(self, order: TaskOrder) -> OpenedTask:
        """Return the task of an order, opened now unless an earlier try opened it."""
        with self._in_words(), self._in_shape():
            writer = self._writer()
            return writer.find(order) or writer.create(order)

    def find_task(self, order: TaskOrder) -> OpenedTask | None:
        """Return the task that an earlier try opened, None where there is none."""
        with self._in_words(), self._in_shape():
            return self._writer().find(order)

    def set_task_open(self, place: str, *, is_open: bool) -> None:
        """End a task or open it again."""
        with self._in_words(), self._in_shape():
            self._writer().set_open(place, is_open=is_open)

    @contextmanager
    def _in_shape(self) -> Iterator[None]:
        """Turn what goes wrong with an answer of another shape into a ConnectorError."""
        try:
            yield
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise strange(self.title) from error

    def _pages(self, cursor: Mapping[str, Any], now: datetime) -> Iterator[TaskPage]:
        with self._in_words():
            yield from Pull(self.source, cursor, now).pages()

    def _count(self, scopes: Sequence[str], statuses: Counter[str], types: Counter[str]) -> bool:
        """Count words and say whether all tasks were looked at."""
        pages = 0
        for scope in scopes:
            for changed in ChangePager(self.source, scope).pages(None):
                if pages == MOST_PAGES:
                    return False
                pages += 1
                for raw in changed.rows:
                    found = self.source.words(raw)
                    if found is not None:
                        statuses[found[0]] += 1
                        types[found[1]] += 1
        return True

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Turn an OutboundError into a ConnectorError that knows the tracker."""
        try:
            yield
        except OutboundError as error:
            raise self._worded(error) from error

    def _worded(self, error: OutboundError) -> ConnectorError:
        status, said = error.status, error.excerpt
        if status == 403 and "rate limit" in said.lower():
            text = f"{self.title} lets nothing through for a while: its rate limit is reached."
            return ConnectorError(text, code="rate_limited", retry_after=error.retry_after or _LIMIT_SECONDS)
        if status is None or not 400 <= status < 500 or status == 429:
            return ConnectorError.from_outbound(error)
        if status == 404:
            text = f"{self.title} knows no such address, project or repository (404), or this token may not see it."
            return ConnectorError.from_outbound(error, text)
        text = error.text if status != 401 else f"The token or password was refused (401). {self.hint}".strip()
        return ConnectorError.from_outbound(error, f"{text} {self.title} says: {said}" if said else text)
