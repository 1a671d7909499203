"""Issues that are opened in Jira.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-post and
.../#api-rest-api-3-issue-issueidorkey-transitions-post; version 2 of Jira Data Center takes wiki text as description.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from projects.connectors.base import ConnectorError
from projects.connectors.jira.source import TITLE, JiraSource
from projects.connectors.jira.texts import plain_text
from projects.connectors.task_records import OpenedTask, TaskOrder
from projects.connectors.tracking.source import Raw, objects
from projects.connectors.tracking.values import id_text, inner, word
from projects.connectors.tracking.writing import OPEN, find_marked, first_of_type, status_meaning, text_of, way_to

CATEGORIES: Final = {"new": "todo", "indeterminate": "doing", "done": "done"}
"""What Jira's categories of statuses mean, for words that say nothing by themselves."""

_MARKUP: Final = re.compile(r"([\\{\[!])")


@dataclass(frozen=True, slots=True)
class JiraWriter:
    """Writes to one project. A place is the issue's id."""

    source: JiraSource

    def find(self, order: TaskOrder) -> OpenedTask | None:
        """Return the issue with the marker."""
        raw = find_marked(self.source, "", order, lambda each: plain_text(inner(each, "fields", "description")))
        return self._opened(raw) if raw is not None else None

    def create(self, order: TaskOrder) -> OpenedTask:
        """Open an issue of the type that fits, else a task, else of the project's first type."""
        project = self.source.options.home
        fields = {
            "project": {"key": project},
            "issuetype": {"id": self._type(project, order.type)},
            "summary": order.title,
            "description": _document(order) if self.source.is_cloud else _wiki(order),
        }
        path = self.source.path("issue")
        return self._opened(self.source.client.send_json("POST", path, {"fields": fields}, once=True))

    def set_open(self, place: str, *, is_open: bool) -> None:
        """Take an issue through the transition that ends it or opens it again."""
        path = self.source.path(f"issue/{place}")
        status = inner(self.source.client.get_json(path, {"fields": "status"}), "fields", "status")
        if (self._meaning(status) in OPEN) == is_open:
            return
        rows = objects(self.source.client.get_json(f"{path}/transitions"), TITLE, "transitions")
        way = way_to({id_text(each.get("id")): self._meaning(each.get("to")) for each in rows}, is_open=is_open)
        self.source.client.send_json("POST", f"{path}/transitions", {"transition": {"id": way}})

    def _meaning(self, status: Any) -> str | None:
        """Return what a status means: by the mapping, by its name, by its category."""
        name = word(status.get("name")) if isinstance(status, dict) else ""
        return status_meaning(name, self.source.options, CATEGORIES.get(word(inner(status, "statusCategory", "key"))))

    def _type(self, project: str, wanted: str) -> str:
        """Return the id of an issue type of the project that is no sub-task."""
        rows = objects(self.source.client.get_json(self.source.path(f"project/{project}")), TITLE, "issueTypes")
        types = {word(each.get("name")): id_text(each.get("id")) for each in rows if not each.get("subtask")}
        if not types:
            text = f"The project {project} has no type of issue that this user may open."
            raise ConnectorError(text, permanent=True, code="no_way")
        name = first_of_type(types, self.source.options, wanted)
        return types[name] if name else types.get("Task") or next(iter(types.values()))

    def _opened(self, raw: Raw) -> OpenedTask:
        number = self.source.id_of(raw)
        return OpenedTask(number, number, self.source.link_of(word(raw.get("key"))))


def _document(order: TaskOrder) -> dict[str, Any]:
    """Return the body in the Atlassian Document Format, a paragraph each."""
    rows = [{"type": "paragraph", "content": [{"type": "text", "text": each}]} for each in order.paragraphs if each]
    return {"type": "doc", "version": 1, "content": rows}


def _wiki(order: TaskOrder) -> str:
    """Return the body as wiki text that holds no macros, links and pictures."""
    return _MARKUP.sub(r"\\\1", text_of(order))
