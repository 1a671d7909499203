"""Issues that are opened in GitLab (https://docs.gitlab.com/api/issues/#new-issue, #edit-an-issue)."""

from __future__ import annotations

from dataclasses import dataclass

from projects.connectors.gitlab.source import GitLabSource
from projects.connectors.task_records import OpenedTask, TaskOrder
from projects.connectors.tracking.source import Raw
from projects.connectors.tracking.values import body_of, id_text, word
from projects.connectors.tracking.writing import find_marked, text_of


@dataclass(frozen=True, slots=True)
class GitLabWriter:
    """Writes to one project. A place is `project/number`, the number within the project."""

    source: GitLabSource

    def find(self, order: TaskOrder) -> OpenedTask | None:
        """Return the issue with the marker."""
        raw = find_marked(self.source, self.source.options.home, order, lambda each: body_of(each.get("description")))
        return self._opened(raw) if raw is not None else None

    def create(self, order: TaskOrder) -> OpenedTask:
        """Open an issue."""
        body = {"title": order.title, "description": text_of(order)}
        path = f"api/v4/projects/{self.source.options.home}/issues"
        return self._opened(self.source.client.send_json("POST", path, body, once=True))

    def set_open(self, place: str, *, is_open: bool) -> None:
        """Close an issue or open it again."""
        project, _, number = place.partition("/")
        path = f"api/v4/projects/{project}/issues/{number}"
        if (self.source.client.get_json(path).get("state") != "closed") != is_open:
            self.source.client.send_json("PUT", path, {"state_event": "reopen" if is_open else "close"})

    def _opened(self, raw: Raw) -> OpenedTask:
        place = f"{self.source.options.home}/{id_text(raw.get('iid'))}"
        return OpenedTask(self.source.id_of(raw), place, word(raw.get("web_url")))
