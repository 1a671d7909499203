"""The issues of GitHub's projects (version 2), which only GraphQL tells: iterations, statuses and estimates.

Addresses of people are asked for first, and then not any more: without one more scope GitHub refuses the whole query.

https://docs.github.com/en/issues/planning-and-tracking-with-projects/automating-your-project/using-the-api-to-manage-projects
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from mltrack.outbound import OutboundClient
from projects.connectors.base import ConnectorError
from projects.connectors.task_records import SprintRecord
from projects.connectors.tracking.source import objects, repeating, strange
from projects.connectors.tracking.values import day_of, id_text, inner, word

TITLE: Final = "GitHub"
_NO_SCOPE: Final = ("INSUFFICIENT_SCOPES", "FORBIDDEN")

_ISSUE: Final = """
databaseId number title body state stateReason createdAt updatedAt closedAt url
issueType { name } labels(first: 50) { nodes { name } }
repository { nameWithOwner }
blockedBy(first: 50) { nodes { databaseId } } subIssues(first: 100) { nodes { databaseId } }
assignees(first: 2) { nodes { login EMAIL } }
timelineItems(last: 50, itemTypes: [CLOSED_EVENT, REOPENED_EVENT]) {
  nodes { __typename ... on ClosedEvent { createdAt stateReason } ... on ReopenedEvent { createdAt } }
}
"""
_ITEMS: Final = """
query($login: String!, $number: Int!, $after: String, $iteration: String!, $status: String!, $estimate: String!) {
  OWNER(login: $login) { projectV2(number: $number) { items(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { updatedAt isArchived
      iteration: fieldValueByName(name: $iteration) {
        ... on ProjectV2ItemFieldIterationValue { iterationId } }
      status: fieldValueByName(name: $status) { ... on ProjectV2ItemFieldSingleSelectValue { name } }
      estimate: fieldValueByName(name: $estimate) { ... on ProjectV2ItemFieldNumberValue { number } }
      content { ... on Issue { ISSUE } } } } } } }
"""
_FIELD: Final = """
query($login: String!, $number: Int!, $iteration: String!) {
  OWNER(login: $login) { projectV2(number: $number) { field(name: $iteration) {
    ... on ProjectV2IterationField { configuration {
      iterations { id title startDate duration } completedIterations { id title startDate duration } } } } } } }
"""
_PROJECT: Final = "query($login: String!, $number: Int!) { OWNER(login: $login) { projectV2(number: $number) { id } } }"
_ADD: Final = """
mutation($project: ID!, $content: ID!) {
  addProjectV2ItemById(input: {projectId: $project, contentId: $content}) { item { id } } }
"""


@dataclass(frozen=True, slots=True)
class Board:
    """The project of a scope such as `orgs/acme/5`, and the names of its fields."""

    client: OutboundClient
    scope: str
    iteration: str
    status: str
    estimate: str

    def items(self) -> list[dict[str, Any]]:
        """Return all items that are issues, as GraphQL sends them; archived ones are not there any more."""
        try:
            return self._items(_ISSUE.replace("EMAIL", "email"))
        except ConnectorError as error:
            if error.code != "no_scope":
                raise
            return self._items(_ISSUE.replace("EMAIL", ""))

    def _items(self, issue: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after: str | None = None
        while True:
            names = {"iteration": self.iteration, "status": self.status, "estimate": self.estimate}
            items = self._ask(_ITEMS.replace("ISSUE", issue), {**names, "after": after}).get("items")
            rows, info = objects(items, TITLE, "nodes"), items.get("pageInfo") if isinstance(items, dict) else None
            found += [each for each in rows if inner(each, "content", "databaseId") and not each.get("isArchived")]
            if not isinstance(info, dict) or not info.get("hasNextPage"):
                return found
            if info.get("endCursor") in (None, after):
                raise repeating()
            after = info["endCursor"]

    def sprints(self) -> list[SprintRecord]:
        """Return the iterations; a project without such a field has none."""
        configuration = inner(self._ask(_FIELD, {"iteration": self.iteration}), "field", "configuration")
        if not isinstance(configuration, dict):
            return []
        open_ones = objects(configuration, TITLE, "iterations")
        return [
            *(_iteration(each, is_closed=True) for each in objects(configuration, TITLE, "completedIterations")),
            *(_iteration(each, is_closed=False) for each in open_ones),
        ]

    def add(self, issue: str) -> None:
        """Put an issue, by its node id, on the project; one that is there already stays."""
        project = id_text(self._ask(_PROJECT, {}).get("id"))
        answer = self.client.post_json("graphql", {"query": _ADD, "variables": {"project": project, "content": issue}})
        if not inner(inner(answer, "data", "addProjectV2ItemById"), "item", "id"):
            raise _refused(answer, f"The issue cannot be put on the project {self.scope} with this token.")

    def _ask(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return the project of an answer. Raises ConnectorError with GitHub's own words."""
        kind, login, number = self.scope.split("/")
        owner = "organization" if kind == "orgs" else "user"
        body = {
            "query": query.replace("OWNER", owner),
            "variables": {"login": login, "number": int(number), **variables},
        }
        answer = self.client.post_json("graphql", body)
        found = inner(answer.get("data") if isinstance(answer, dict) else None, owner, "projectV2")
        if isinstance(found, dict):
            return found
        raise _refused(answer, f"The project {self.scope} cannot be read with this token.")


def _refused(answer: Any, text: str) -> ConnectorError:
    """Return the error for an answer of GraphQL without what was asked for, with GitHub's own words."""
    errors = answer.get("errors") if isinstance(answer, dict) else None
    if not isinstance(errors, list) or not errors or not isinstance(errors[0], dict):
        return strange(TITLE)
    if errors[0].get("type") == "RATE_LIMITED":
        return ConnectorError("GitHub's rate limit is reached.", code="rate_limited", retry_after=300.0)
    code = "no_scope" if errors[0].get("type") in _NO_SCOPE else "no_project"
    said = word(errors[0].get("message"))
    return ConnectorError(f"{text} GitHub says: {said}", permanent=True, code=code)


def _iteration(raw: Mapping[str, Any], *, is_closed: bool) -> SprintRecord:
    starts, days = day_of(raw.get("startDate")), raw.get("duration")
    ends: date | None = None
    if starts and isinstance(days, int) and not isinstance(days, bool) and 0 < days < 1_000:
        ends = starts + timedelta(days=days - 1)
    number = id_text(raw.get("id"))
    return SprintRecord(number, word(raw.get("title")) or number, starts, ends, is_closed=is_closed)


def as_row(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item of a project in the shape of REST's issue, its own fields below `_item`."""
    issue = item["content"]
    labels, people = inner(issue, "labels", "nodes"), inner(issue, "assignees", "nodes")
    reason = issue.get("stateReason")
    return {
        "id": issue.get("databaseId"),
        "number": issue.get("number"),
        "title": issue.get("title"),
        "body": issue.get("body"),
        "state": str(issue.get("state") or "").lower(),
        "state_reason": str(reason).lower() if reason else None,
        "created_at": issue.get("createdAt"),
        "updated_at": max(str(issue.get("updatedAt") or ""), str(item.get("updatedAt") or "")),
        "closed_at": issue.get("closedAt"),
        "html_url": issue.get("url"),
        "type": issue.get("issueType"),
        "labels": labels if isinstance(labels, list) else [],
        "assignees": people if isinstance(people, list) else [],
        "_item": {
            "iteration": inner(item, "iteration", "iterationId"),
            "status": inner(item, "status"),
            "estimate": inner(item, "estimate", "number"),
            "events": inner(issue, "timelineItems", "nodes"),
            "before": [*_numbers(issue, "blockedBy"), *_numbers(issue, "subIssues")],
        },
    }


def _numbers(issue: Mapping[str, Any], name: str) -> list[str]:
    """Return the ids of issues that are told under a name."""
    rows = inner(issue, name, "nodes")
    return [id_text(each.get("databaseId")) for each in rows] if isinstance(rows, list) else []
