"""Reading what changed in the order of changes.

Pages of trackers are offsets, which shift when tasks change while they are read. So each question asks for what was
changed at or after the last moment seen: a task that changes meanwhile moves to the end and is read there. Only where
more tasks share one moment than fit on a page are places used, and the walk through them is repeated until it brings
nothing new: a task that leaves the moment shifts those behind it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from projects.connectors.tracking.source import Batch, Raw, Source, repeating

MOST_WALKS: Final = 5


@dataclass(frozen=True, slots=True)
class Changed:
    """Rows that were not seen before in this reading, and the moment from which it can go on."""

    rows: Sequence[Raw]
    reached: datetime | None


@dataclass(slots=True)
class _Look:
    """What a page shows: rows not seen before, its latest moment, and whether it is in the order of changes."""

    fresh: list[Raw]
    names: list[str]
    last: datetime | None
    in_order: bool


@dataclass(slots=True)
class ChangePager:
    """One reading of a scope."""

    source: Source
    scope: str
    _seen: set[tuple[str, datetime | None]] = field(default_factory=set)
    _newest: datetime | None = None

    def pages(self, since: datetime | None) -> Iterator[Changed]:
        """Yield what was changed since a moment, or everything. Raises ConnectorError `repeating_page`."""
        mark = since
        while True:
            batch = self._ask(mark, "")
            look = self._look(batch)
            beyond = self._beyond(look, mark)
            if beyond is None and batch.next:
                yield Changed(look.fresh, mark)
                beyond = yield from self._walks(mark, batch)
                if beyond is None:
                    return
            else:
                yield Changed(look.fresh, beyond if batch.next else self._newest or mark)
                if not batch.next:
                    return
            mark = beyond

    def _walks(self, mark: datetime | None, first: Batch) -> Generator[Changed, None, datetime | None]:
        """Walk by places until a walk brings nothing new; return where to go on, None at the end."""
        beyond: datetime | None = None
        for _ in range(MOST_WALKS):
            before = len(self._seen)
            beyond = yield from self._walk(mark, first)
            if len(self._seen) == before:
                break
            first = self._ask(mark, "")
            yield Changed(self._look(first).fresh, mark)
        return beyond

    def _walk(self, mark: datetime | None, batch: Batch) -> Generator[Changed, None, datetime | None]:
        names = self._look(batch).names
        while batch.next:
            batch = self._ask(mark, batch.next)
            look = self._look(batch)
            if look.names == names:
                raise repeating()
            names = look.names
            beyond = self._beyond(look, mark)
            yield Changed(look.fresh, mark if batch.next else self._newest or mark)
            if beyond is not None and batch.next:
                return beyond
        return None

    def _ask(self, mark: datetime | None, place: str) -> Batch:
        since = None if mark is None else mark - self.source.resolution
        return self.source.changed(self.scope, since, place)

    def _beyond(self, look: _Look, mark: datetime | None) -> datetime | None:
        """Return the page's latest moment where it is later than the mark by what can be asked for."""
        if not look.in_order or look.last is None:
            return None
        return look.last if mark is None or look.last - mark >= self.source.resolution else None

    def _look(self, batch: Batch) -> _Look:
        look = _Look([], [], None, in_order=True)
        for raw in batch.rows:
            name, at = self._name(raw)
            look.names.append(f"{name} {at}")
            if at is not None:
                look.in_order = look.in_order and (look.last is None or at >= look.last)
                look.last = at if look.last is None else max(at, look.last)
                self._newest = at if self._newest is None else max(at, self._newest)
            if (name, at) not in self._seen:
                self._seen.add((name, at))
                look.fresh.append(raw)
        return look

    def _name(self, raw: Raw) -> tuple[str, datetime | None]:
        try:
            return self.source.id_of(raw), self.source.changed_at(raw)
        except ValueError:
            return repr(raw.get("id"))[:100], None


def present_ids(source: Source, scope: str) -> set[str]:
    """Return the ids of all tasks of a scope that are there now.

    A list of several pages is read twice and either counts: a task that goes meanwhile shifts those behind it, and
    one that nobody saw would be taken for deleted.
    """
    found, pages = _walk_ids(source, scope)
    if pages > 1:
        found |= _walk_ids(source, scope)[0]
    return found


def _walk_ids(source: Source, scope: str) -> tuple[set[str], int]:
    found: set[str] = set()
    place, pages = "", 0
    before: Sequence[str] | None = None
    while True:
        ids, place = source.ids(scope, place)
        if ids == before:
            raise repeating()
        before = ids
        found.update(ids)
        pages += 1
        if not place:
            return found, pages
