"""Redmine's issues, read by its REST API.

https://www.redmine.org/projects/redmine/wiki/Rest_Issues, .../Rest_Versions, .../Rest_IssueJournals
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from mltrack.outbound import OutboundClient
from projects.connectors.records import ChoiceRecord, ServerReport
from projects.connectors.redmine.options import RedmineOptions
from projects.connectors.task_records import SprintRecord, TaskRecord, TransitionRecord
from projects.connectors.tracking.source import Batch, Raw, objects, repeating, strange
from projects.connectors.tracking.values import (
    body_of,
    day_of,
    day_or_none,
    estimate_of,
    id_text,
    inner,
    moment,
    moment_or_none,
    priority_of,
    title_of,
    unread_parts,
    word,
)

TITLE: Final = "Redmine"
LISTED: Final = 100
"""Redmine sends no more rows than this, whatever is asked for."""

_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"

_KNOWN: Final = frozenset(
    {"id", "subject", "description", "status", "tracker", "priority", "fixed_version", "estimated_hours", "due_date"}
    | {"created_on", "updated_on", "closed_on", "relations", "project", "author", "start_date"}
)
"""Parts of an issue that are read, and those that say who and where, which tasks do not keep."""


class RedmineSource:
    """Redmine. A scope is a project, by its number; its subprojects are scopes of their own."""

    resolution: timedelta = timedelta(seconds=1)

    def __init__(self, client: OutboundClient, options: RedmineOptions) -> None:
        self.client = client
        self.options = options
        self._link = str(client.base_url)
        self._status_names: dict[str, str] = {}

    def check(self) -> ServerReport:
        """Return how many projects are visible. Redmine shows public ones to a wrong key too, so it is asked who."""
        self._sign_in()
        count = len(self.choices())
        return ServerReport("", count, f"Redmine answers: {count} project{'' if count == 1 else 's'} visible.")

    def choices(self) -> list[ChoiceRecord]:
        """Return the projects that are visible and track issues: others answer 403 when asked for them."""
        rows = [each for each in self._every("projects", {"include": "enabled_modules"}) if _has_issues(each)]
        return [ChoiceRecord(id_text(each.get("id")), word(each.get("name"))) for each in rows]

    def statuses(self) -> Sequence[str]:
        """Return the names of statuses."""
        return list(self.status_names().values())

    def types(self) -> Sequence[str]:
        """Return the names of trackers, which are Redmine's types."""
        return [word(each.get("name")) for each in objects(self.client.get_json("trackers.json"), TITLE, "trackers")]

    def scopes(self) -> Sequence[str]:
        """Return the projects that are asked for, else all."""
        self._sign_in()
        return self.options.project_ids or [each.id for each in self.choices()]

    def sprints(self, scope: str) -> Sequence[SprintRecord]:
        """Return a project's versions, with those that others share with it."""
        rows = objects(self.client.get_json(f"projects/{scope}/versions.json"), TITLE, "versions")
        return [_version(each) for each in rows]

    @property
    def lists_all_sprints(self) -> bool:
        """Say yes: versions are listed whole."""
        return True

    def changed(self, scope: str, since: datetime | None, place: str) -> Batch:
        """Return issues by their last change, closed ones too; places are offsets."""
        params = {"sort": "updated_on:asc", "include": "relations", "limit": str(self.options.page_size)}
        if since is not None:
            params["updated_on"] = f">={since.astimezone(UTC).strftime(_TIME)}"
        return self._page(scope, params, place)

    def ids(self, scope: str, place: str) -> tuple[Sequence[str], str]:
        """Return ids in their order."""
        batch = self._page(scope, {"sort": "id:asc", "limit": str(LISTED)}, place)
        return [self.id_of(each) for each in batch.rows], batch.next

    def _page(self, scope: str, params: dict[str, str], place: str) -> Batch:
        offset = int(place or 0)
        asked = {"project_id": scope, "subproject_id": "!*", "status_id": "*", **params, "offset": str(offset)}
        answer = self.client.get_json("issues.json", asked)
        rows, total = objects(answer, TITLE, "issues"), answer.get("total_count")
        if not isinstance(total, int):
            raise strange(TITLE)
        reached = offset + len(rows)
        return Batch(rows, str(reached) if rows and reached < total else "")

    def id_of(self, raw: Raw) -> str:
        """Return the issue's number."""
        return id_text(raw.get("id"))

    def changed_at(self, raw: Raw) -> datetime:
        """Return the moment of the last change."""
        return moment(raw.get("updated_on"))

    def is_gone(self, raw: Raw) -> bool:
        """Say no: an issue that is moved keeps its number, and is not listed where it was."""
        return False

    def words(self, raw: Raw) -> tuple[str, str] | None:
        """Return the names of status and tracker."""
        return word(inner(raw, "status")), word(inner(raw, "tracker"))

    def unread(self, raw: Raw) -> Sequence[str]:
        """Return the names of parts that are not read."""
        return [*unread_parts(raw, _KNOWN), *_other_relations(raw.get("relations"))]

    def task(self, scope: str, raw: Raw) -> TaskRecord | None:
        """Return an issue with its changes of status."""
        status, kind = self.words(raw) or ("", "")
        number, version = self.id_of(raw), inner(raw, "fixed_version", "id")
        return TaskRecord(
            external_id=number,
            title=title_of(raw.get("subject")),
            status=status,
            created_at=moment(raw.get("created_on")),
            updated_at=self.changed_at(raw),
            type=kind,
            body=body_of(raw.get("description")),
            sprint=id_text(version) if version else "",
            estimate=estimate_of(raw.get("estimated_hours")),
            priority=priority_of(inner(raw, "priority")),
            due_on=day_or_none(raw.get("due_date")),
            done_at=moment_or_none(raw.get("closed_on")),
            transitions=self._transitions(number) if self.options.history else None,
            url=self.link_of(number),
            blocked_by=_blockers(number, raw.get("relations")),
        )

    def _transitions(self, number: str) -> list[TransitionRecord]:
        answer = self.client.get_json(f"issues/{number}.json", {"include": "journals"})
        names = self.status_names()
        found = [
            TransitionRecord(moment(journal.get("created_on")), names.get(str(detail.get("new_value")), ""))
            for journal in objects(inner(answer, "issue", "journals"), TITLE)
            for detail in objects(journal, TITLE, "details")
            if detail.get("property") == "attr" and detail.get("name") == "status_id"
        ]
        return sorted(found, key=lambda each: each.at)

    def status_names(self) -> dict[str, str]:
        """Return the names of statuses by id, asked once a pull."""
        if not self._status_names:
            rows = objects(self.client.get_json("issue_statuses.json"), TITLE, "issue_statuses")
            self._status_names = {id_text(each.get("id")): word(each.get("name")) for each in rows}
        return self._status_names

    def link_of(self, number: str) -> str:
        """Return an issue's address for people."""
        return f"{self._link}issues/{number}"

    def _sign_in(self) -> None:
        """Ask who the key is of: with a wrong one Redmine answers 200, and shows what is public."""
        if not self.options.public:
            self.client.get_json("users/current.json")

    def _every(self, name: str, params: dict[str, str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            asked = {**params, "limit": str(LISTED), "offset": str(len(found))}
            answer = self.client.get_json(f"{name}.json", asked)
            rows, total = objects(answer, TITLE, name), answer.get("total_count")
            if rows and rows == found[-len(rows) :]:
                raise repeating()
            found += rows
            if not rows or not isinstance(total, int) or len(found) >= total:
                return found


def _has_issues(project: Raw) -> bool:
    """Say whether a project tracks issues; versions before 2.6 do not tell."""
    modules = project.get("enabled_modules")
    if not isinstance(modules, list):
        return True
    return any(isinstance(each, dict) and each.get("name") == "issue_tracking" for each in modules)


def _version(raw: Raw) -> SprintRecord:
    number = id_text(raw.get("id"))
    return SprintRecord(
        external_id=number,
        name=word(raw.get("name")) or number,
        ends_on=day_of(raw.get("due_date")),
        goal=body_of(raw.get("description")),
        is_closed=raw.get("status") == "closed",
    )


def _blockers(number: str, relations: Any) -> list[str]:
    """Return the issues that block this one."""
    rows = relations if isinstance(relations, list) else []
    return [
        id_text(each.get("issue_id"))
        for each in rows
        if each.get("relation_type") == "blocks" and str(each.get("issue_to_id")) == number
    ]


def _other_relations(relations: Any) -> list[str]:
    """Return the names of relations that are none of blocking."""
    rows = relations if isinstance(relations, list) else []
    return [f"relation: {name}" for each in rows if (name := word(each.get("relation_type"))) not in ("", "blocks")]
