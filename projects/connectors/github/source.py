"""GitHub's issues, read by its REST API, or as items of projects.

https://docs.github.com/en/rest/issues/issues, .../milestones and .../events; pages go on where their Link headers say,
since GitHub refuses page numbers of long lists:
https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from mltrack.outbound import OutboundClient
from projects.connectors.github.options import GitHubOptions
from projects.connectors.github.projects import TITLE, Board, as_row
from projects.connectors.records import ChoiceRecord, ServerReport
from projects.connectors.task_records import SprintRecord, TaskRecord, TransitionRecord
from projects.connectors.tracking.source import MOST_LISTED, Batch, Raw, objects, repeating
from projects.connectors.tracking.values import (
    after_prefix,
    body_of,
    day_of,
    estimate_of,
    id_text,
    inner,
    moment,
    moment_or_none,
    title_of,
    unread_parts,
    word,
)

LISTED: Final = 100
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_HEADERS: Final = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}

_KNOWN: Final = frozenset(
    {"id", "node_id", "number", "title", "body", "state", "state_reason", "created_at", "updated_at", "closed_at"}
    | {"type", "labels", "milestone", "assignee", "assignees", "issue_dependencies_summary", "sub_issues_summary"}
    | {"_item", "user", "author_association", "closed_by", "repository"}
)
"""Parts of an issue that are read, and those that say who and where, which tasks do not keep."""


class GitHubSource:
    """GitHub. A scope is a repository, or a project where those are asked for."""

    resolution: timedelta = timedelta(seconds=1)

    def __init__(self, client: OutboundClient, options: GitHubOptions) -> None:
        self.client = client
        self.options = options
        client.add_headers(_HEADERS)

    def check(self) -> ServerReport:
        """Return how many repositories can be chosen, or that the chosen ones can be read."""
        for scope in (*self.options.projects, *self.options.repositories):
            self.sprints(scope)
        count = len(self.options.repositories) or len(self.choices())
        return ServerReport("", count, f"GitHub answers: {count} repositor{'y' if count == 1 else 'ies'} visible.")

    def choices(self) -> list[ChoiceRecord]:
        """Return the repositories that the token's owner belongs to and that have issues."""
        rows = self._every("user/repos", {"sort": "full_name"})
        names = [word(each.get("full_name")) for each in rows if each.get("has_issues") is not False]
        return [ChoiceRecord(each, each) for each in names if each]

    def statuses(self) -> Sequence[str]:
        """Return the words that every issue has one of."""
        return ("open", "completed", "not planned", "duplicate")

    def types(self) -> Sequence[str]:
        """Return nothing: only the issues tell."""
        return ()

    def scopes(self) -> Sequence[str]:
        """Return the projects, else the repositories that are asked for, else all."""
        return self.options.projects or self.options.repositories or [each.id for each in self.choices()]

    def sprints(self, scope: str) -> Sequence[SprintRecord]:
        """Return a project's iterations or a repository's milestones."""
        if scope in self.options.projects:
            return self.board(scope).sprints()
        rows = self._every(f"repos/{scope}/milestones", {"state": "all", "sort": "due_on"})
        return [_milestone(scope, each) for each in rows]

    @property
    def lists_all_sprints(self) -> bool:
        """Say yes: milestones and iterations are listed whole."""
        return True

    def changed(self, scope: str, since: datetime | None, place: str) -> Batch:
        """Return issues by their last change; a project's all at once, since GitHub cannot tell which changed."""
        if scope in self.options.projects:
            rows = sorted((as_row(each) for each in self.board(scope).items()), key=lambda each: each["updated_at"])
            return Batch([each for each in rows if since is None or self.changed_at(each) >= since])
        params = {"state": "all", "sort": "updated", "direction": "asc", "per_page": str(self.options.page_size)}
        if since is not None:
            params["since"] = since.strftime(_TIME)
        return self._page(f"repos/{scope}/issues", params, place)

    def ids(self, scope: str, place: str) -> tuple[Sequence[str], str]:
        """Return ids in the order in which the issues were made."""
        if scope in self.options.projects:
            return [id_text(inner(each, "content", "databaseId")) for each in self.board(scope).items()], ""
        params = {"state": "all", "sort": "created", "direction": "asc"}
        batch = self._page(f"repos/{scope}/issues", params, place)
        return [self.id_of(each) for each in batch.rows], batch.next

    def id_of(self, raw: Raw) -> str:
        """Return the id that is the issue's own in all of GitHub."""
        return id_text(raw.get("id"))

    def changed_at(self, raw: Raw) -> datetime:
        """Return the moment of the last change."""
        return moment(raw.get("updated_at"))

    def is_gone(self, raw: Raw) -> bool:
        """Say no: what was transferred is not listed."""
        return False

    def words(self, raw: Raw) -> tuple[str, str] | None:
        """Return the words for status and type: fields of a project and issue types first, then labels."""
        if "pull_request" in raw:
            return None
        labels = [name for each in raw.get("labels") or () if (name := _label(each))]
        state = word(raw.get("state"))
        if state == "closed":
            state = word(raw.get("state_reason")).replace("_", " ") or "completed"
        else:
            state = word(inner(raw, "_item", "status")) or after_prefix(labels, self.options.status_labels) or state
        return state, word(inner(raw, "type")) or after_prefix(labels, self.options.type_labels)

    def unread(self, raw: Raw) -> Sequence[str]:
        """Return the names of parts that are not read."""
        assignees = raw.get("assignees")
        further = ["further assignees"] if isinstance(assignees, list) and len(assignees) > 1 else []
        return [*unread_parts(raw, _KNOWN), *further]

    def task(self, scope: str, raw: Raw) -> TaskRecord | None:
        """Return an issue; pull requests, which the same list holds, are none."""
        found = self.words(raw)
        if found is None:
            return None
        milestone = inner(raw, "milestone", "number")
        sprint = inner(raw, "_item", "iteration") if "_item" in raw else f"{scope}#{milestone}" if milestone else ""
        return TaskRecord(
            external_id=self.id_of(raw),
            title=title_of(raw.get("title")),
            status=found[0],
            created_at=moment(raw.get("created_at")),
            updated_at=self.changed_at(raw),
            type=found[1],
            body=body_of(raw.get("body")),
            sprint=word(sprint),
            estimate=estimate_of(inner(raw, "_item", "estimate")),
            done_at=moment_or_none(raw.get("closed_at")),
            transitions=self._transitions(scope, raw),
            url=word(raw.get("html_url")),
            assignee_email=_email(raw.get("assignees")),
            blocked_by=self._blockers(scope, raw),
        )

    def _transitions(self, scope: str, raw: Raw) -> list[TransitionRecord] | None:
        """Return when an issue was closed and opened again; None for one that was not, and where nobody asks."""
        if "_item" in raw:
            events = inner(raw, "_item", "events")
            return [_timeline(each) for each in events] if isinstance(events, list) and events else None
        was_closed = raw.get("state") == "closed" or raw.get("state_reason") == "reopened"
        if not self.options.history or not was_closed:
            return None
        rows = self._every(f"repos/{scope}/issues/{id_text(raw.get('number'))}/events", {})
        kept = [each for each in rows if each.get("event") in ("closed", "reopened")]
        found = [TransitionRecord(moment(each.get("created_at")), _event_word(each)) for each in kept]
        return sorted(found, key=lambda each: each.at)

    def _blockers(self, scope: str, raw: Raw) -> list[str]:
        """Return what an issue waits for: what blocks it, and its sub-issues; asked only where there are some."""
        if "_item" in raw:
            return list(inner(raw, "_item", "before"))
        path = f"repos/{scope}/issues/{id_text(raw.get('number'))}"
        rows: list[Raw] = []
        if inner(raw, "issue_dependencies_summary", "total_blocked_by"):
            rows += self._every(f"{path}/dependencies/blocked_by", {})
        if inner(raw, "sub_issues_summary", "total"):
            rows += self._every(f"{path}/sub_issues", {})
        return list(dict.fromkeys(map(self.id_of, rows)))

    def board(self, scope: str) -> Board:
        """Return the project of a scope."""
        options = self.options
        return Board(self.client, scope, options.iteration_field, options.status_field, options.estimate_field)

    def _every(self, path: str, params: dict[str, str]) -> list[Raw]:
        """Return the rows of all pages. Raises ConnectorError `repeating_page`."""
        batch = self._page(path, params, "")
        found, places = list(batch.rows), {""}
        while batch.next and len(found) < MOST_LISTED:
            if batch.next in places:
                raise repeating()
            places.add(batch.next)
            batch = self._page(path, params, batch.next)
            found += batch.rows
        return found

    def _page(self, path: str, params: dict[str, str], place: str) -> Batch:
        """Return a page; a place is the query of the page before's Link header."""
        asked = dict(parse_qsl(place)) if place else {"per_page": str(LISTED), **params}
        answer, further = self.client.get_page(path, asked)
        return Batch(objects(answer, TITLE), urlencode(further))


def _milestone(scope: str, raw: Raw) -> SprintRecord:
    """Return a milestone; its id is what its issues can say of it: repository and number."""
    number = id_text(raw.get("number"))
    return SprintRecord(
        external_id=f"{scope}#{number}",
        name=word(raw.get("title")) or number,
        ends_on=day_of(raw.get("due_on")),
        goal=body_of(raw.get("description")),
        is_closed=raw.get("state") == "closed",
    )


def _label(raw: Any) -> str:
    return word(raw.get("name") if isinstance(raw, dict) else raw)


def _email(raw: Any) -> str:
    first = raw[0] if isinstance(raw, list) and raw else None
    return word(first.get("email")) if isinstance(first, dict) else ""


def _event_word(raw: Raw) -> str:
    if raw.get("event") == "reopened":
        return "open"
    return word(raw.get("state_reason")).replace("_", " ") or "completed"


def _timeline(raw: Raw) -> TransitionRecord:
    is_open = raw.get("__typename") == "ReopenedEvent"
    reason = word(raw.get("stateReason")).lower().replace("_", " ")
    return TransitionRecord(moment(raw.get("createdAt")), "open" if is_open else reason or "completed")
