"""Issues that are opened in Roundup (https://www.roundup-tracker.org/docs/rest.html).

An issue's text is a message beside it. The marker is the message's `messageid`, which every tracker's messages have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from projects.connectors.roundup.source import TITLE, RoundupSource
from projects.connectors.task_records import OpenedTask, TaskOrder
from projects.connectors.tracking.source import objects
from projects.connectors.tracking.values import id_text, word
from projects.connectors.tracking.writing import OPEN, status_meaning, text_of, way_to


@dataclass(frozen=True, slots=True)
class RoundupWriter:
    """Writes to the one tracker. A place is the issue's number."""

    source: RoundupSource

    def find(self, order: TaskOrder) -> OpenedTask | None:
        """Return the issue whose message has the marker; a message without an issue is none."""
        message = self._message(order) if order.tried_at is not None else ""
        rows = self._listed("issue", {"messages": message}) if message else []
        return self._opened(id_text(rows[0].get("id"))) if rows else None

    def create(self, order: TaskOrder) -> OpenedTask:
        """Write the message, or take the one that an earlier try wrote, and open an issue with it."""
        message = self._message(order) if order.tried_at is not None else ""
        message = message or self._made("msg", {"content": text_of(order), "messageid": order.marker})
        self._sign(message)
        fields: dict[str, Any] = {"title": order.title, "messages": [message]}
        if self.source.options.keywords:
            fields["keyword"] = [self.source.options.home]
        return self._opened(self._made("issue", fields))

    def set_open(self, place: str, *, is_open: bool) -> None:
        """Give an issue a status that ends it or opens it again."""
        issue = self.source.get(f"issue/{place}", {"@fields": "status.name", "@verbose": "0"})
        attributes = issue["attributes"]
        name = word(attributes.get("status.name"))
        if (status_meaning(name, self.source.options, "todo") in OPEN) == is_open:
            return
        ways = {each: status_meaning(each, self.source.options) for each in self.source.statuses()}
        body = {"@etag": issue.get("@etag"), "status": way_to(ways, is_open=is_open)}
        self.source.client.send_json("PATCH", f"rest/data/issue/{place}", body)

    def _sign(self, message: str) -> None:
        """Say who wrote a message: Roundup tells those who watch an issue by its messages' authors, and needs one."""
        found = self.source.get(f"msg/{message}", {"@fields": "author,creator,creation", "@verbose": "0"})
        attributes = found["attributes"]
        if attributes.get("author") is None:
            fields = {"author": attributes["creator"], "date": attributes["creation"], "@etag": found.get("@etag")}
            self.source.client.send_json("PATCH", f"rest/data/msg/{message}", fields)

    def _message(self, order: TaskOrder) -> str:
        rows = self._listed("msg", {"messageid": order.marker})
        return id_text(rows[0].get("id")) if rows else ""

    def _listed(self, name: str, asked: dict[str, str]) -> list[dict[str, Any]]:
        return objects(self.source.get(name, asked), TITLE, "collection")

    def _made(self, name: str, fields: dict[str, Any]) -> str:
        answer = self.source.client.send_json("POST", f"rest/data/{name}", fields, once=True)
        return id_text(answer["data"].get("id"))

    def _opened(self, number: str) -> OpenedTask:
        return OpenedTask(number, number, self.source.link_of(number))
