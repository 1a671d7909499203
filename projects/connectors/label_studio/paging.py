"""Reading tasks page by page, by id.

Label Studio's pages are offsets, which shift when tasks come, go or change while they are read. An id never changes, so
each page asks for what lies after the last id. A task that is changed behind that place is later than the pull began
and comes with the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from mltrack.outbound import OutboundError
from projects.connectors.label_studio.api import Api, Tasks, repeating

IDS_AT_ONCE: Final = 1_000
_SMALLEST: Final = 5


class TaskPager:
    """Pages of `api/tasks/`. The page shrinks by itself when the server's answers are too large."""

    def __init__(self, api: Api, page_size: int, *, with_data: bool = False) -> None:
        self._api = api
        self._with_data = with_data
        self.size = page_size

    def changed(
        self, project_id: str, since: datetime | None, after: int
    ) -> Iterator[tuple[list[dict[str, Any]], int]]:
        """Yield (tasks, last id) of what was changed later than `since`, in the order of ids.

        Raises ConnectorError `repeating_page` when the server does not move on.
        """

        def ask(after: int) -> Tasks:
            while True:
                try:
                    return self._api.tasks(project_id, since, after, self.size, with_data=self._with_data)
                except OutboundError as error:
                    if error.code != "too_large" or self.size <= _SMALLEST:
                        raise
                    self.size = max(self.size // 4, _SMALLEST)

        return _pages(ask, after)

    def ids(self, project_id: str) -> Iterator[str]:
        """Yield the ids of all tasks that the project has now."""
        for tasks, _ in _pages(lambda after: self._api.task_ids(project_id, after, IDS_AT_ONCE), 0):
            yield from (str(task_id(each)) for each in tasks if task_id(each))


def task_id(raw: dict[str, Any]) -> int:
    """Return a task's id, whatever else is wrong with it; 0 where it has none."""
    found = raw.get("id")
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else 0


def _pages(ask: Callable[[int], Tasks], after: int) -> Iterator[tuple[list[dict[str, Any]], int]]:
    while True:
        tasks, more = ask(after)
        if not tasks:
            return
        ids = [task_id(each) for each in tasks]
        if any(0 < each <= after for each in ids) or (more and max(ids) == 0):
            raise repeating()
        after = max(after, *ids)
        yield tasks, after
        if not more:
            return
