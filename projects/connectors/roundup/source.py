"""Roundup's issues, read by its REST API (https://www.roundup-tracker.org/docs/rest.html)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from mltrack.outbound import OutboundClient
from projects.connectors.records import ChoiceRecord, ServerReport
from projects.connectors.roundup.options import RoundupOptions
from projects.connectors.task_records import SprintRecord, TaskRecord
from projects.connectors.tracking.source import Batch, Raw, objects, strange
from projects.connectors.tracking.values import (
    day_of,
    estimate_of,
    id_text,
    in_range,
    moment,
    priority_of,
    title_of,
    unread_parts,
    word,
)

TITLE: Final = "Roundup"
IDS_AT_ONCE: Final = 5_000
_TIME: Final = "%Y-%m-%d.%H:%M:%S"
_PLACE: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.(\d\d:\d\d:\d\d))?")
_LINK: Final = re.compile(r"/data/(\w+)/\d+$")
_STARTS: Final = ("starts", "start", "starts_on", "start_date", "begins")
_ENDS: Final = ("ends", "end", "ends_on", "end_date", "due", "deadline")
_CLOSED: Final = ("closed", "is_closed", "done", "finished")
_GOAL: Final = ("goal", "description")


def roundup_moment(raw: Any) -> datetime:
    """Return the moment of Roundup's `2026-11-23.08:36:58`, which is UTC. Raises ValueError."""
    found = _PLACE.match(raw) if isinstance(raw, str) else None
    if found is None:
        raise ValueError("a time is not Roundup's")
    return moment(f"{found[1]}T{found[2] or '00:00:00'}+00:00")


_BESIDE: Final = ("messages", "files", "superseder")
"""Properties of every class of issues, asked for so that it can be said that they are not read."""


class RoundupSource:
    """Roundup. Its activity has the resolution of seconds; one scope holds all issues."""

    resolution: timedelta = timedelta(seconds=1)

    def __init__(self, client: OutboundClient, options: RoundupOptions) -> None:
        self.client = client
        self.options = options
        address = str(client.base_url).rstrip("/")
        self._link = address
        # Roundup refuses requests that do not say where they come from: its guard against forged ones.
        origin = f"{client.base_url.scheme}://{client.base_url.netloc.decode()}"
        client.add_headers({"X-Requested-With": "rest", "Origin": origin, "Referer": f"{address}/"})
        self._sprint_class = ""

    def check(self) -> ServerReport:
        """Return how many issues are visible."""
        answer = self.get("issue", {"@page_size": "1", **self._filter()})
        total = answer.get("@total_size")
        count = total if isinstance(total, int) and total >= 0 else len(objects(answer, TITLE, "collection"))
        return ServerReport("", count, f"Roundup answers: {count} issue{'' if count == 1 else 's'} visible.")

    def choices(self) -> list[ChoiceRecord]:
        """Return the keywords."""
        return [ChoiceRecord(each, each) for each in self._names("keyword")]

    def statuses(self) -> Sequence[str]:
        """Return the names of statuses."""
        return self._names("status")

    def types(self) -> Sequence[str]:
        """Return nothing: only the issues tell."""
        return ()

    def scopes(self) -> Sequence[str]:
        """Return the one scope."""
        return ("",)

    def sprints(self, scope: str) -> Sequence[SprintRecord]:
        """Return the items of the class that the sprint property links to; none before an issue has one."""
        name = self._sprint_class or self._linked_class()
        if not name:
            return ()
        first = objects(self.get(name, {"@page_size": "1"}), TITLE, "collection")
        if not first:
            return ()
        self._sprint_class = name
        item = self.get(f"{name}/{id_text(first[0].get('id'))}", {})
        known = item.get("attributes")
        if not isinstance(known, dict):
            raise strange(TITLE)
        names = {role: _first(known, names) for role, names in _ROLES.items()}
        fields = ",".join(["name", *filter(None, names.values())])
        rows = objects(self.get(name, {"@fields": fields, "@verbose": "0"}), TITLE, "collection")
        return [_sprint(each, names) for each in rows]

    def _linked_class(self) -> str:
        """Return which class the sprint property links to, told by an issue that has one."""
        name = self.options.sprint_property
        if not name:
            return ""
        params = {"@fields": name, "@verbose": "1", "@sort": f"-{name}", "@page_size": "1"}
        for row in objects(self.get("issue", params), TITLE, "collection"):
            link = row.get(name)
            found = _LINK.search(str(link.get("link"))) if isinstance(link, dict) else None
            if found:
                return found[1]
        return ""

    @property
    def lists_all_sprints(self) -> bool:
        """Say whether the class of sprints is known; it is listed whole."""
        return bool(self._sprint_class)

    def changed(self, scope: str, since: datetime | None, place: str) -> Batch:
        """Return issues by activity; pages are numbered."""
        size, page = self.options.page_size, int(place or 1)
        params = {"@fields": self._fields(), "@verbose": "0", "@sort": "activity,id", **self._filter()}
        if since is not None:
            params["activity"] = since.astimezone(UTC).strftime(_TIME) + ";"
        return self._paged({**params, "@page_size": str(size), "@page_index": str(page)}, page)

    def ids(self, scope: str, place: str) -> tuple[Sequence[str], str]:
        """Return ids in their order."""
        page = int(place or 1)
        params = {"@sort": "id", **self._filter(), "@page_size": str(IDS_AT_ONCE), "@page_index": str(page)}
        batch = self._paged(params, page)
        return [self.id_of(each) for each in batch.rows], batch.next

    def _paged(self, params: dict[str, str], page: int) -> Batch:
        answer = self.get("issue", params)
        rows, links = objects(answer, TITLE, "collection"), answer.get("@links")
        return Batch(rows, str(page + 1) if isinstance(links, dict) and links.get("next") else "")

    def id_of(self, raw: Raw) -> str:
        """Return the issue's number."""
        return id_text(raw.get("id"))

    def changed_at(self, raw: Raw) -> datetime:
        """Return the issue's activity."""
        return in_range(roundup_moment(raw.get("activity")))

    def is_gone(self, raw: Raw) -> bool:
        """Say no: what is retired is not listed."""
        return False

    def words(self, raw: Raw) -> tuple[str, str] | None:
        """Return the names of status and type."""
        kind = self.options.type_property
        return word(raw.get("status.name")), word(raw.get(f"{kind}.name")) if kind else ""

    def unread(self, raw: Raw) -> Sequence[str]:
        """Return the names of parts that are not read."""
        return unread_parts(raw, {"id", "link", *self._read()})

    def task(self, scope: str, raw: Raw) -> TaskRecord | None:
        """Return an issue. Roundup's REST API tells no history and no text of messages."""
        options, number = self.options, self.id_of(raw)
        status, kind = self.words(raw) or ("", "")
        blocked = raw.get(options.blocked_property) if options.blocked_property else None
        due = raw.get(options.due_property) if options.due_property else None
        sprint = raw.get(options.sprint_property) if options.sprint_property else None
        return TaskRecord(
            external_id=number,
            title=title_of(raw.get("title")),
            status=status,
            created_at=roundup_moment(raw.get("creation")),
            updated_at=self.changed_at(raw),
            type=kind,
            sprint=id_text(sprint) if sprint else "",
            estimate=estimate_of(raw.get(options.estimate_property)) if options.estimate_property else None,
            priority=priority_of(raw.get("priority.name")),
            due_on=roundup_moment(due).date() if due else None,
            url=self.link_of(number),
            assignee_email=word(raw.get("assignedto.address")),
            blocked_by=[id_text(each) for each in blocked] if isinstance(blocked, list) else (),
        )

    def _fields(self) -> str:
        return ",".join([*self._read(), *_BESIDE])

    def _read(self) -> list[str]:
        """Return the properties that are read."""
        options = self.options
        named = ["title", "activity", "creation", "status.name", "priority.name", "assignedto.address"]
        named += [options.sprint_property, options.estimate_property, options.due_property, options.blocked_property]
        named += [f"{options.type_property}.name" if options.type_property else ""]
        return list(filter(None, named))

    def _filter(self) -> dict[str, str]:
        return {"keyword": ",".join(self.options.keywords)} if self.options.keywords else {}

    def _names(self, name: str) -> list[str]:
        rows = objects(self.get(name, {"@fields": "name", "@verbose": "0"}), TITLE, "collection")
        return [found for each in rows if (found := word(each.get("name")))]

    def link_of(self, number: str) -> str:
        """Return an issue's address for people."""
        return f"{self._link}/issue{number}"

    def get(self, path: str, params: dict[str, str]) -> dict[str, Any]:
        """Return what is under `data` of an answer."""
        answer = self.client.get_json(f"rest/data/{path}", params)
        found = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(found, dict):
            raise strange(TITLE)
        return found


_ROLES: Final = {"starts": _STARTS, "ends": _ENDS, "closed": _CLOSED, "goal": _GOAL}


def _first(known: dict[str, Any], names: Sequence[str]) -> str:
    return next((each for each in names if each in known), "")


def _sprint(raw: Raw, names: dict[str, str]) -> SprintRecord:
    number = id_text(raw.get("id"))
    return SprintRecord(
        external_id=number,
        name=word(raw.get("name")) or number,
        starts_on=day_of(raw.get(names["starts"])),
        ends_on=day_of(raw.get(names["ends"])),
        goal=word(raw.get(names["goal"])),
        is_closed=raw.get(names["closed"]) is True,
    )
