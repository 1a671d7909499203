"""One pull of tasks: sprints and what changed of each scope, then which tasks are there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from mltrack.outbound import OutboundError
from projects.connectors.records import RejectedRecord
from projects.connectors.task_records import SprintRecord, TaskPage, TaskRecord
from projects.connectors.tracking.paging import ChangePager, present_ids
from projects.connectors.tracking.progress import Progress, ScopeProgress
from projects.connectors.tracking.source import Raw, Source

SETTLING: Final = timedelta(seconds=5)
OVERLAPS: Final = 4
"""How many times its resolution a tracker may be asked again for what lies before the mark."""

_GONE: Final = (301, 404, 410)
"""What a tracker answers for an issue that was transferred or deleted after its list was read."""

_MALFORMED: Final = (AttributeError, KeyError, OverflowError, TypeError, ValueError)


class Pull:
    """One pull: its progress, and what it has seen."""

    def __init__(self, source: Source, cursor: Mapping[str, Any], now: datetime) -> None:
        self._source = source
        self._progress = Progress.load(cursor)
        self._now = now
        self._seconds = int(now.timestamp())
        self._counted = source.client.requests
        self._sprints: set[str] = set()

    def pages(self) -> Iterator[TaskPage]:
        """Yield what changed by scope, and last which tasks are there where that is due. Raises what the server does.

        When scopes went from what is to be read, or were renamed, that is asked at once: their tasks are gone.
        """
        scopes = self._source.scopes()
        self._progress.begin(scopes, self._source.options, self._seconds)
        for scope in scopes:
            yield from self._scope(scope, self._progress.scopes[scope])
        if self._progress.is_present_due(self._source.options, self._seconds):
            found = set[str]().union(*(present_ids(self._source, each) for each in scopes))
            self._progress.present_at = self._seconds
            yield self._page(present_ids=sorted(found))
        yield self._page(present_sprints=sorted(self._sprints) if self._source.lists_all_sprints else None, last=True)

    def _scope(self, scope: str, progress: ScopeProgress) -> Iterator[TaskPage]:
        sprints = self._source.sprints(scope)
        began = self._source.client.server_time or self._now
        self._sprints.update(each.external_id for each in sprints)
        yield self._page(sprints=sprints)
        read: list[tuple[str, datetime]] = []
        for changed in ChangePager(self._source, scope).pages(progress.at):
            clock = self._source.client.server_time or self._now
            fresh = [raw for raw in changed.rows if not self._is_settled(progress, raw)]
            tasks, gone, rejected = self._parsed(scope, fresh)
            unread = self._unread(fresh, {each.external_id for each in tasks})
            sprints, news = self._sprints_of(scope, tasks, sprints)
            read += self._settled(fresh, clock)
            progress.at = changed.reached
            yield self._page(sprints=news, tasks=tasks, gone=gone, rejected=rejected, unread=unread)
        mark = began - timedelta(seconds=self._source.options.window_seconds)
        progress.finish(mark, OVERLAPS * self._source.resolution, read)

    def _sprints_of(
        self, scope: str, tasks: Sequence[TaskRecord], known: Sequence[SprintRecord]
    ) -> tuple[Sequence[SprintRecord], Sequence[SprintRecord]]:
        """Return all sprints, and those to send again: one that a task is in may be younger than the list."""
        if {each.sprint for each in tasks if each.sprint} <= {each.external_id for each in known}:
            return known, ()
        newer = self._source.sprints(scope)
        self._sprints.update(each.external_id for each in newer)
        return newer, [each for each in newer if each not in known]

    def _parsed(self, scope: str, rows: Sequence[Raw]) -> tuple[list[TaskRecord], list[str], list[RejectedRecord]]:
        tasks: list[TaskRecord] = []
        gone: list[str] = []
        rejected: list[RejectedRecord] = []
        for raw in rows:
            try:
                if self._source.is_gone(raw):
                    gone.append(self._source.id_of(raw))
                elif (task := self._source.task(scope, raw)) is not None:
                    tasks.append(task)
            except OutboundError as error:
                if error.status not in _GONE:
                    raise
                rejected.append(self._left_out(raw, f"what belongs to it is not there ({error.status})"))
            except _MALFORMED as error:
                why = f"{error} is missing" if isinstance(error, KeyError) else str(error)
                rejected.append(self._left_out(raw, why))
        return tasks, gone, rejected

    def _unread(self, rows: Sequence[Raw], names: Collection[str]) -> dict[str, int]:
        """Count the tasks of a page by their parts that nobody reads."""
        kept = (raw for raw in rows if self._name(raw) in names)
        return dict(Counter(part for raw in kept for part in set(self._source.unread(raw))))

    def _left_out(self, raw: Raw, why: str) -> RejectedRecord:
        return RejectedRecord(self._name(raw), f"The task was left out: {why}.")

    def _name(self, raw: Raw) -> str:
        try:
            return self._source.id_of(raw)
        except _MALFORMED:
            return "?"

    def _is_settled(self, progress: ScopeProgress, raw: Raw) -> bool:
        try:
            return progress.is_settled(self._source.id_of(raw), self._source.changed_at(raw))
        except _MALFORMED:
            return False

    def _settled(self, rows: Sequence[Raw], clock: datetime) -> list[tuple[str, datetime]]:
        """Return rows whose moment had passed when they were read: nothing else can have changed within it."""
        found: list[tuple[str, datetime]] = []
        for raw in rows:
            try:
                name, at = self._source.id_of(raw), self._source.changed_at(raw)
            except _MALFORMED:
                continue
            if at + SETTLING < clock:
                found.append((name, at))
        return found

    def _page(self, **content: Any) -> TaskPage:
        sent = self._source.client.requests - self._counted
        self._counted += sent
        return TaskPage(cursor=self._progress.dump(), requests=sent, **content)
