"""Issues that are opened in GitHub.

https://docs.github.com/en/rest/issues/issues (create, get, update); where projects are read, the issue is added to the
first: https://docs.github.com/en/issues/planning-and-tracking-with-projects/automating-your-project/using-the-api-to-manage-projects
"""

from __future__ import annotations

from dataclasses import dataclass

from projects.connectors.github.source import GitHubSource
from projects.connectors.task_records import OpenedTask, TaskOrder
from projects.connectors.tracking.source import Raw
from projects.connectors.tracking.values import body_of, id_text, word
from projects.connectors.tracking.writing import find_marked, text_of


@dataclass(frozen=True, slots=True)
class GitHubWriter:
    """Writes to one repository. A place is `owner/name#number`."""

    source: GitHubSource

    def find(self, order: TaskOrder) -> OpenedTask | None:
        """Return the issue with the marker, on its project."""
        raw = find_marked(self.source, self.source.options.home, order, lambda each: body_of(each.get("body")))
        return self._placed(raw) if raw is not None else None

    def create(self, order: TaskOrder) -> OpenedTask:
        """Open an issue, and put it on the project that is read."""
        body = {"title": order.title, "body": text_of(order)}
        path = f"repos/{self.source.options.home}/issues"
        return self._placed(self.source.client.send_json("POST", path, body, once=True))

    def set_open(self, place: str, *, is_open: bool) -> None:
        """Close an issue as completed, or open it again."""
        scope, _, number = place.partition("#")
        path = f"repos/{scope}/issues/{number}"
        if (self.source.client.get_json(path).get("state") == "open") != is_open:
            body = {"state": "open", "state_reason": "reopened"}
            body = body if is_open else {"state": "closed", "state_reason": "completed"}
            self.source.client.send_json("PATCH", path, body)

    def _placed(self, raw: Raw) -> OpenedTask:
        for scope in self.source.options.projects[:1]:
            self.source.board(scope).add(id_text(raw.get("node_id")))
        place = f"{self.source.options.home}#{id_text(raw.get('number'))}"
        return OpenedTask(self.source.id_of(raw), place, word(raw.get("html_url")))
