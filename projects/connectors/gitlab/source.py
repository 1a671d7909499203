"""GitLab's issues, read by its REST API.

https://docs.gitlab.com/api/issues/, .../milestones/, .../iterations/, .../resource_state_events/ and
.../resource_label_events/
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from mltrack.outbound import OutboundClient
from projects.connectors.gitlab.options import GitLabOptions
from projects.connectors.records import ChoiceRecord, ServerReport
from projects.connectors.task_records import SprintRecord, TaskRecord, TransitionRecord
from projects.connectors.tracking.source import Batch, Raw, every_page, objects
from projects.connectors.tracking.values import (
    after_prefix,
    body_of,
    day_of,
    day_or_none,
    estimate_of,
    id_text,
    inner,
    moment,
    moment_or_none,
    title_of,
    unread_parts,
    word,
)

TITLE: Final = "GitLab"
LISTED: Final = 100
_TIME: Final = "%Y-%m-%dT%H:%M:%S.%fZ"
_ITERATION_CLOSED: Final = 3
"""An iteration's state: 1 upcoming, 2 current, 3 closed."""

_KNOWN: Final = frozenset(
    {"id", "iid", "project_id", "title", "description", "state", "created_at", "updated_at", "closed_at", "due_date"}
    | {"labels", "milestone", "iteration", "weight", "time_stats", "issue_type", "type", "moved_to_id", "author"}
    | {"closed_by", "references", "_links", "imported_from", "severity"}
)
"""Parts of an issue that are read, and those that say who and where, which tasks do not keep."""


class GitLabSource:
    """GitLab. A scope is a project, by its number."""

    resolution: timedelta = timedelta(seconds=1)

    def __init__(self, client: OutboundClient, options: GitLabOptions) -> None:
        self.client = client
        self.options = options

    def check(self) -> ServerReport:
        """Return the version and how many projects are visible."""
        count = len(self.choices())
        for each in self.options.project_ids:
            self.client.get_json(f"api/v4/projects/{each}")
        answer = self.client.get_json("api/v4/version")
        version = word(answer.get("version") if isinstance(answer, dict) else None)
        return ServerReport(version, count, f"GitLab {version} answers: {count} project{'' if count == 1 else 's'}.")

    def choices(self) -> list[ChoiceRecord]:
        """Return the projects that the token's owner is a member of and that have issues."""
        params = {"membership": "true", "with_issues_enabled": "true", "simple": "true"}
        params |= {"order_by": "id", "sort": "asc"}
        rows = every_page(lambda page: self._list("projects", params, page), LISTED)
        return [ChoiceRecord(id_text(each.get("id")), word(each.get("path_with_namespace"))) for each in rows]

    def statuses(self) -> Sequence[str]:
        """Return the words that every issue has one of."""
        return ("opened", "closed")

    def types(self) -> Sequence[str]:
        """Return the types that every GitLab has."""
        return ("issue", "incident", "task")

    def scopes(self) -> Sequence[str]:
        """Return the projects that are asked for, else all."""
        return self.options.project_ids or [each.id for each in self.choices()]

    def sprints(self, scope: str) -> Sequence[SprintRecord]:
        """Return a project's milestones or iterations, with those of its groups."""
        kind = self.options.sprints
        path = f"projects/{scope}/{kind}"
        rows = every_page(lambda page: self._list(path, {"include_ancestors": "true"}, page), LISTED)
        return [_iteration(each) if kind == "iterations" else _milestone(each) for each in rows]

    @property
    def lists_all_sprints(self) -> bool:
        """Say yes: milestones and iterations are listed whole."""
        return True

    def changed(self, scope: str, since: datetime | None, place: str) -> Batch:
        """Return issues by their last change; pages are numbered."""
        size, page = self.options.page_size, int(place or 1)
        params = {"scope": "all", "order_by": "updated_at", "sort": "asc", "per_page": str(size)}
        if since is not None:
            params["updated_after"] = since.astimezone(UTC).strftime(_TIME)
        rows = self._list(f"projects/{scope}/issues", params, page)
        return Batch(rows, str(page + 1) if len(rows) >= size else "")

    def ids(self, scope: str, place: str) -> tuple[Sequence[str], str]:
        """Return ids in the order in which the issues were made; what was moved away stays behind, closed."""
        page = int(place or 1)
        rows = self._list(f"projects/{scope}/issues", {"scope": "all", "order_by": "created_at", "sort": "asc"}, page)
        found = [self.id_of(each) for each in rows if not self.is_gone(each)]
        return found, str(page + 1) if len(rows) >= LISTED else ""

    def id_of(self, raw: Raw) -> str:
        """Return the id that is the issue's own in all of GitLab."""
        return id_text(raw.get("id"))

    def changed_at(self, raw: Raw) -> datetime:
        """Return the moment of the last change."""
        return moment(raw.get("updated_at"))

    def is_gone(self, raw: Raw) -> bool:
        """Say whether an issue was moved: GitLab leaves a closed copy behind, which names the new one."""
        return raw.get("moved_to_id") is not None

    def words(self, raw: Raw) -> tuple[str, str] | None:
        """Return the words for status and type: labels first while an issue is open."""
        labels = [word(each) for each in raw.get("labels") or ()]
        status = word(raw.get("state"))
        if status != "closed":
            status = after_prefix(labels, self.options.status_labels) or status
        return status, after_prefix(labels, self.options.type_labels) or word(raw.get("issue_type"))

    def unread(self, raw: Raw) -> Sequence[str]:
        """Return the names of parts that are not read."""
        return unread_parts(raw, _KNOWN)

    def task(self, scope: str, raw: Raw) -> TaskRecord | None:
        """Return an issue with its changes of state."""
        status, kind = self.words(raw) or ("", "")
        name = self.options.sprints.removesuffix("s")
        sprint = inner(raw, name, "id")
        return TaskRecord(
            external_id=self.id_of(raw),
            title=title_of(raw.get("title")),
            status=status,
            created_at=moment(raw.get("created_at")),
            updated_at=self.changed_at(raw),
            type=kind,
            body=body_of(raw.get("description")),
            sprint=f"{name}-{id_text(sprint)}" if sprint else "",
            estimate=_estimate(raw),
            due_on=day_or_none(raw.get("due_date")),
            done_at=moment_or_none(raw.get("closed_at")),
            transitions=self._transitions(scope, id_text(raw.get("iid"))) if self.options.history else None,
            url=word(raw.get("web_url")),
        )

    def _transitions(self, scope: str, number: str) -> list[TransitionRecord]:
        """Return changes of state, and labels of statuses that were added, in order."""
        path = f"projects/{scope}/issues/{number}"
        states = every_page(lambda page: self._list(f"{path}/resource_state_events", {}, page), LISTED)
        found = [TransitionRecord(moment(each.get("created_at")), _state(each)) for each in states]
        prefix = self.options.status_labels
        if prefix:
            events = every_page(lambda page: self._list(f"{path}/resource_label_events", {}, page), LISTED)
            for each in events:
                name = after_prefix([word(inner(each, "label"))], prefix)
                if each.get("action") == "add" and name:
                    found.append(TransitionRecord(moment(each.get("created_at")), name))
        return sorted(found, key=lambda each: each.at)

    def _list(self, path: str, params: dict[str, str], page: int) -> list[dict[str, Any]]:
        asked = {"per_page": str(LISTED), **params, "page": str(page)}
        return objects(self.client.get_json(f"api/v4/{path}", asked), TITLE)


def _state(raw: Raw) -> str:
    state = word(raw.get("state"))
    return "opened" if state == "reopened" else state


def _estimate(raw: Raw) -> float | None:
    """Return an issue's weight, else the hours that were estimated; 0 seconds are no estimate."""
    weight = estimate_of(raw.get("weight"))
    seconds = inner(raw, "time_stats", "time_estimate")
    if weight is not None or not isinstance(seconds, int) or not seconds:
        return weight
    return estimate_of(seconds / 3600)


def _milestone(raw: Raw) -> SprintRecord:
    number = id_text(raw.get("id"))
    return SprintRecord(
        external_id=f"milestone-{number}",
        name=word(raw.get("title")) or number,
        starts_on=day_of(raw.get("start_date")),
        ends_on=day_of(raw.get("due_date")),
        goal=body_of(raw.get("description")),
        is_closed=raw.get("state") == "closed",
    )


def _iteration(raw: Raw) -> SprintRecord:
    """Return an iteration; one that GitLab made by itself has no title, and is called by its days."""
    number, starts, ends = id_text(raw.get("id")), day_of(raw.get("start_date")), day_of(raw.get("due_date"))
    return SprintRecord(
        external_id=f"iteration-{number}",
        name=word(raw.get("title")) or (f"{starts} – {ends}" if starts and ends else number),
        starts_on=starts,
        ends_on=ends,
        goal=body_of(raw.get("description")),
        is_closed=raw.get("state") == _ITERATION_CLOSED,
    )
