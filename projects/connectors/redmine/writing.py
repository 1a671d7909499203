"""Issues that are opened in Redmine (https://www.redmine.org/projects/redmine/wiki/Rest_Issues)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from projects.connectors.base import ConnectorError
from projects.connectors.redmine.source import RedmineSource
from projects.connectors.task_records import OpenedTask, TaskOrder
from projects.connectors.tracking.source import Raw
from projects.connectors.tracking.values import body_of, id_text, inner, word
from projects.connectors.tracking.writing import OPEN, find_marked, first_of_type, status_meaning, text_of, way_to


@dataclass(frozen=True, slots=True)
class RedmineWriter:
    """Writes to one project. A place is the issue's number."""

    source: RedmineSource

    def find(self, order: TaskOrder) -> OpenedTask | None:
        """Return the issue with the marker."""
        raw = find_marked(self.source, self.source.options.home, order, lambda each: body_of(each.get("description")))
        return self._opened(raw) if raw is not None else None

    def create(self, order: TaskOrder) -> OpenedTask:
        """Open an issue of the tracker that fits its type, else of the project's first."""
        issue: dict[str, Any] = {"project_id": self.source.options.home, "subject": order.title}
        issue["description"] = text_of(order)
        trackers = self._trackers() if order.type else {}
        name = first_of_type(trackers, self.source.options, order.type)
        issue |= {"tracker_id": trackers[name]} if name else {}
        answer = self.source.client.send_json("POST", "issues.json", {"issue": issue}, once=True)
        return self._opened(answer["issue"])

    def set_open(self, place: str, *, is_open: bool) -> None:
        """Give an issue a status that ends it or opens it again, and look whether Redmine's workflow let it."""
        if self._is_open(place) == is_open:
            return
        names = self.source.status_names()
        ways = {number: status_meaning(name, self.source.options) for number, name in names.items()}
        status = int(way_to(ways, is_open=is_open))
        self.source.client.send_json("PUT", f"issues/{place}.json", {"issue": {"status_id": status}})
        if self._is_open(place) != is_open:
            text = f"Redmine's workflow lets this user not set the status {names[str(status)]!r}."
            raise ConnectorError(text, permanent=True, code="no_way")

    def _is_open(self, place: str) -> bool:
        name = word(inner(self.source.client.get_json(f"issues/{place}.json")["issue"], "status"))
        return status_meaning(name, self.source.options, "todo") in OPEN

    def _trackers(self) -> dict[str, int]:
        """Return the project's trackers, which are Redmine's types, by name."""
        path = f"projects/{self.source.options.home}.json"
        answer = self.source.client.get_json(path, {"include": "trackers"})
        return {word(each.get("name")): int(each["id"]) for each in inner(answer, "project", "trackers") or ()}

    def _opened(self, raw: Raw) -> OpenedTask:
        number = id_text(raw.get("id"))
        return OpenedTask(number, number, self.source.link_of(number))
