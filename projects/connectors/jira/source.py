"""Jira's issues, read by its REST API: version 3 of Jira Cloud, version 2 of Jira Data Center and Server.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/
https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/#api/2/search
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from mltrack.outbound import OutboundClient
from projects.connectors.jira.fields import Fields, find_fields
from projects.connectors.jira.options import JiraOptions
from projects.connectors.jira.texts import plain_text, sprint_fields
from projects.connectors.records import ChoiceRecord, ServerReport
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

TITLE: Final = "Jira"
LISTED: Final = 50
IDS_AT_ONCE: Final = 1_000
MOST_PAGES: Final = 1_000
SEARCHED: Final = 40
"""So many histories of an issue a search of Jira Cloud brings at most, and may call them all there are."""

_FIELDS: Final = (
    *("summary", "status", "issuetype", "description", "created", "updated"),
    *("duedate", "priority", "assignee", "issuelinks", "resolutiondate"),
)


class JiraSource:
    """Jira. One scope holds all projects: an issue that moves between them keeps its id.

    JQL knows minutes, in the zone of the user's profile; so changes are asked for by how many minutes ago they were.
    """

    resolution: timedelta = timedelta(minutes=1)

    def __init__(self, client: OutboundClient, options: JiraOptions) -> None:
        self.client = client
        self.options = options
        self._link = str(client.base_url)
        self._about: dict[str, Any] = {}
        self._fields: Fields | None = None
        self._sprints: dict[str, SprintRecord] = {}

    @property
    def is_cloud(self) -> bool:
        """Say whether this is Jira Cloud, asked once a pull."""
        if not self._about:
            answer = self.client.get_json("rest/api/2/serverInfo")
            if not isinstance(answer, dict) or "deploymentType" not in answer:
                raise strange(TITLE)
            self._about = answer
        return bool(self._about["deploymentType"] == "Cloud")

    @property
    def _site(self) -> str:
        """Return the address for people: by `api.atlassian.com/ex/jira/ID` Jira Cloud's is only what it tells."""
        told = word(self._about.get("baseUrl"))
        return told.rstrip("/") + "/" if "/ex/jira/" in self._link and told else self._link

    def check(self) -> ServerReport:
        """Return the version and how many projects are visible; `myself` tells a wrong token from no projects."""
        kind = "Cloud" if self.is_cloud else "Data Center"
        self.client.get_json(self.path("myself"))
        count, version = len(self.choices()), word(self._about.get("version"))
        text = f"Jira {kind} {version} answers: {count} project{'' if count == 1 else 's'} visible."
        return ServerReport(version, count, text)

    def choices(self) -> list[ChoiceRecord]:
        """Return the projects that are visible, by key."""
        if self.is_cloud:
            rows = self._values("rest/api/3/project/search")
        else:
            rows = objects(self.client.get_json("rest/api/2/project"), TITLE)
        keys = {word(each.get("key")): word(each.get("name")) for each in rows}
        return [ChoiceRecord(key, f"{name} ({key})") for key, name in keys.items()]

    def statuses(self) -> Sequence[str]:
        """Return the names of statuses."""
        return self._names("status")

    def types(self) -> Sequence[str]:
        """Return the names of issue types."""
        return self._names("issuetype")

    def scopes(self) -> Sequence[str]:
        """Return the one scope."""
        return ("",)

    def sprints(self, scope: str) -> Sequence[SprintRecord]:
        """Return the sprints of the boards that are asked for, and those that issues of this pull were in."""
        for board in self.options.board_ids if not self._sprints else ():
            for each in self._values(f"rest/agile/1.0/board/{board}/sprint"):
                self._keep(each)
        return list(self._sprints.values())

    @property
    def lists_all_sprints(self) -> bool:
        """Say no: sprints are those of boards, and those that issues are in."""
        return False

    def changed(self, scope: str, since: datetime | None, place: str) -> Batch:
        """Return issues by their last change."""
        clause = ""
        if since is not None:
            minutes = max(1, math.ceil((self._now() - since).total_seconds() / 60) + 1)
            clause = f'updated >= "-{minutes}m"'
        known = self._known()
        named = ",".join([*_FIELDS, *filter(None, (known.sprint, known.estimate))])
        more = {"fields": named, "expand": "changelog"} if self.options.history else {"fields": named}
        return self._search(clause, "updated ASC, key ASC", self.options.page_size, more, place)

    def ids(self, scope: str, place: str) -> tuple[Sequence[str], str]:
        """Return ids in the order in which the issues were made."""
        batch = self._search("", "created ASC, key ASC", IDS_AT_ONCE, {"fields": "id"}, place)
        return [self.id_of(each) for each in batch.rows], batch.next

    def _search(self, clause: str, order: str, size: int, more: dict[str, str], place: str) -> Batch:
        """Ask by JQL. Cloud refuses a query without any bound, and pages by tokens; servers page by offsets."""
        keys = ", ".join(f'"{each}"' for each in self.options.project_keys)
        clauses = [f"project in ({keys})" if keys else "", clause]
        jql = " AND ".join(filter(None, clauses)) or 'updated >= "1970-01-02"'
        params = {"jql": f"{jql} ORDER BY {order}", "maxResults": str(size), **more}
        if self.is_cloud:
            answer = self.client.get_json(
                "rest/api/3/search/jql", {**params, **({"nextPageToken": place} if place else {})}
            )
            rows, token = objects(answer, TITLE, "issues"), answer.get("nextPageToken")
            return Batch(rows, token if isinstance(token, str) and not answer.get("isLast") else "")
        answer = self.client.get_json("rest/api/2/search", {**params, "startAt": place or "0"})
        rows, total = objects(answer, TITLE, "issues"), answer.get("total")
        reached = int(place or 0) + len(rows)
        return Batch(rows, str(reached) if isinstance(total, int) and rows and reached < total else "")

    def id_of(self, raw: Raw) -> str:
        """Return the id, which stays when an issue moves to another project and gets another key."""
        return id_text(raw.get("id"))

    def changed_at(self, raw: Raw) -> datetime:
        """Return the moment of the last change."""
        return moment(inner(raw, "fields", "updated"))

    def is_gone(self, raw: Raw) -> bool:
        """Say no: what was moved away is not listed."""
        return False

    def words(self, raw: Raw) -> tuple[str, str] | None:
        """Return the names of status and issue type."""
        fields = raw.get("fields")
        return word(inner(fields, "status")), word(inner(fields, "issuetype"))

    def unread(self, raw: Raw) -> Sequence[str]:
        """Return the names of parts that are not read."""
        return [
            *unread_parts(raw.get("fields"), (*_FIELDS, self._known().sprint, self._known().estimate)),
            *_other_links(inner(raw, "fields", "issuelinks")),
        ]

    def task(self, scope: str, raw: Raw) -> TaskRecord | None:
        """Return an issue with its changes of status."""
        fields, known, number = raw["fields"], self._known(), self.id_of(raw)
        status, kind = self.words(raw) or ("", "")
        return TaskRecord(
            external_id=number,
            title=title_of(fields.get("summary")),
            status=status,
            created_at=moment(fields.get("created")),
            updated_at=self.changed_at(raw),
            type=kind,
            body=body_of(plain_text(fields.get("description"))),
            sprint=self._sprint_of(fields.get(known.sprint) if known.sprint else None),
            estimate=estimate_of(fields.get(known.estimate)) if known.estimate else None,
            priority=priority_of(inner(fields, "priority")),
            due_on=day_or_none(fields.get("duedate")),
            done_at=moment_or_none(fields.get("resolutiondate")),
            transitions=self._transitions(number, raw.get("changelog")),
            url=self.link_of(word(raw.get("key"))),
            assignee_email=word(inner(fields, "assignee", "emailAddress")),
            blocked_by=_blockers(fields.get("issuelinks")),
        )

    def _sprint_of(self, raw: Any) -> str:
        """Return the sprint that an issue is in: the one that is not over, else the last; all are kept."""
        found = [self._keep(sprint_fields(each)) for each in raw] if isinstance(raw, list) else []
        current = [each for each in found if not each.is_closed] or found
        return current[-1].external_id if current else ""

    def _keep(self, raw: Raw) -> SprintRecord:
        number = id_text(raw.get("id"))
        made = SprintRecord(
            external_id=number,
            name=word(raw.get("name")) or number,
            starts_on=day_of(raw.get("startDate")),
            ends_on=day_of(raw.get("completeDate")) or day_of(raw.get("endDate")),
            goal=body_of(raw.get("goal")),
            is_closed=word(raw.get("state")).lower() == "closed",
        )
        self._sprints[number] = made
        return made

    def _transitions(self, number: str, changelog: Any) -> list[TransitionRecord] | None:
        """Return the changes of status; those that a search leaves out are asked for by themselves."""
        if not self.options.history:
            return None
        rows = objects(changelog, TITLE, "histories")
        total = changelog.get("total")
        is_cut = len(rows) >= SEARCHED or (isinstance(total, int) and total > len(rows))
        if is_cut and self.is_cloud:
            rows = self._values(f"rest/api/3/issue/{number}/changelog")
        found = [
            TransitionRecord(moment(each.get("created")), word(item.get("toString")))
            for each in rows
            for item in objects(each, TITLE, "items")
            if item.get("field") == "status"
        ]
        return sorted(found, key=lambda each: each.at)

    def _now(self) -> datetime:
        """Return Jira's own time as of its last answer; ours where it does not tell."""
        _ = self.is_cloud
        return self.client.server_time or datetime.now(UTC)

    def _known(self) -> Fields:
        if self._fields is None:
            rows = objects(self.client.get_json(self.path("field")), TITLE)
            self._fields = find_fields(rows, self.options.estimate_field)
        return self._fields

    def _names(self, path: str) -> list[str]:
        rows = objects(self.client.get_json(self.path(path)), TITLE)
        return list(dict.fromkeys(found for each in rows if (found := word(each.get("name")))))

    def _values(self, path: str) -> list[dict[str, Any]]:
        """Return all rows of Jira's pages of `values`."""
        found: list[dict[str, Any]] = []
        for _ in range(MOST_PAGES):
            answer = self.client.get_json(path, {"startAt": str(len(found)), "maxResults": str(LISTED)})
            rows = objects(answer, TITLE, "values")
            if rows and rows == found[-len(rows) :]:
                raise repeating()
            found += rows
            if answer.get("isLast") is not False or not rows:
                break
        return found

    def link_of(self, key: str) -> str:
        """Return an issue's address for people."""
        return f"{self._site}browse/{key}"

    def path(self, name: str) -> str:
        """Return a path of the version of the API that this Jira has."""
        return f"rest/api/{3 if self.is_cloud else 2}/{name}"


def _blockers(links: Any) -> list[str]:
    """Return the issues that block this one, by id."""
    rows = links if isinstance(links, list) else []
    return [
        id_text(inner(each, "inwardIssue", "id"))
        for each in rows
        if "blocked by" in word(inner(each, "type", "inward")).lower() and isinstance(each.get("inwardIssue"), dict)
    ]


def _other_links(links: Any) -> list[str]:
    """Return the names of links that are none of blocking, as the issue calls them."""
    rows = links if isinstance(links, list) else []
    named = [word(inner(each, "type", "inward" if "inwardIssue" in each else "outward")) for each in rows]
    return [f"link: {each}" for each in named if each and "block" not in each.lower()]
