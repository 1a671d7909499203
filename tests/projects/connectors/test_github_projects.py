"""Projects of GitHub by GraphQL: iterations, statuses and estimates of their issues."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from projects.connectors.base import ConnectorError
from tests.projects.connectors.task_pulls import TaskStore
from tests.servers.hostile import Handler, HostileServer, as_json

NOW = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
OPTIONS = {"projects": ["orgs/octo-org/5"]}
ITERATIONS = {
    "iterations": [{"id": "cfc16e4d", "title": "Iteration 2", "startDate": "2026-11-02", "duration": 14}],
    "completedIterations": [{"id": "0e8f0bf5", "title": "Iteration 1", "startDate": "2026-10-19", "duration": 14}],
}


def item(number: int, **more: Any) -> dict[str, Any]:
    """Return an item as the documentation of projects shows them, with what the query asks for."""
    content = {
        "databaseId": number, "number": number, "title": f"Work {number}", "body": "", "state": "OPEN",
        "stateReason": None, "createdAt": "2026-10-20T08:00:00Z", "updatedAt": "2026-10-21T08:00:00Z",
        "closedAt": None, "url": f"https://github.com/octo-org/a/issues/{number}", "issueType": {"name": "Task"},
        "labels": {"nodes": []}, "timelineItems": {"nodes": []}, "blockedBy": {"nodes": []}, "subIssues": {"nodes": []},
        "assignees": {"nodes": []},
    }  # fmt: skip
    fields = {"iteration": {"iterationId": "cfc16e4d"}, "status": {"name": "In Progress"}, "estimate": {"number": 3.0}}
    whole = {"updatedAt": "2026-10-21T08:00:00Z", "isArchived": False, **fields, "content": content}
    return {**whole, **{name: value for name, value in more.items() if name != "content"}} | {
        "content": {**content, **more.get("content", {})} if more.get("content", {}) is not None else {}
    }


class LittleProject:
    """A project whose items a test holds, two a page."""

    def __init__(self, *items: dict[str, Any]) -> None:
        self.items = list(items)
        self.field: Any = {"configuration": ITERATIONS}
        self.tells_addresses = False

    def answer(self, handler: Handler) -> None:
        """Answer one query."""
        body = json.loads(handler.body)
        assert body["variables"]["login"] == "octo-org" and body["variables"]["number"] == 5
        if "email" in body["query"] and not self.tells_addresses:
            as_json({"errors": [{"type": "INSUFFICIENT_SCOPES", "message": "The 'email' field requires a scope."}]})(
                handler
            )
            return
        if "items(" not in body["query"]:
            found: Any = {"field": self.field}
        else:
            start = int(body["variables"]["after"] or 0)
            info = {"hasNextPage": start + 2 < len(self.items), "endCursor": str(start + 2)}
            found = {"items": {"pageInfo": info, "nodes": self.items[start : start + 2]}}
        as_json({"data": {"organization": {"projectV2": found}}})(handler)


def test_issues_of_a_project_bring_iteration_status_and_estimate() -> None:
    closed = {"state": "CLOSED", "stateReason": "NOT_PLANNED", "closedAt": "2026-10-22T08:00:00Z"}
    events = {
        "nodes": [{"__typename": "ClosedEvent", "createdAt": "2026-10-22T08:00:00Z", "stateReason": "NOT_PLANNED"}]
    }
    little = LittleProject(
        item(1),
        item(2, content={**closed, "timelineItems": events}, iteration=None, estimate=None),
        item(3, isArchived=True),
        item(4, content=None),
        item(5, status=None, iteration={"iterationId": "0e8f0bf5"}),
    )
    with HostileServer(little.answer) as server:
        store = TaskStore("github", server.url, "token", dict(OPTIONS))
        store.pull(NOW)
        shown = {key: (each.status, each.sprint, each.estimate, each.type) for key, each in store.tasks.items()}
        assert shown == {
            "1": ("In Progress", "cfc16e4d", 3.0, "Task"),
            "2": ("not planned", "", None, "Task"),
            "5": ("open", "0e8f0bf5", 3.0, "Task"),
        }
        assert [(each.at, each.status) for each in store.tasks["2"].transitions or ()] == [
            (datetime(2026, 10, 22, 8, 0, tzinfo=UTC), "not planned")
        ]
        ends = {each.name: (each.starts_on, each.ends_on, each.is_closed) for each in store.sprints.values()}
        assert ends == {
            "Iteration 1": (date(2026, 10, 19), date(2026, 11, 1), True),
            "Iteration 2": (date(2026, 11, 2), date(2026, 11, 15), False),
        }
        # An item that moves changes its own moment and not its issue's.
        little.items[0] = item(1, updatedAt="2026-11-03T09:00:00Z", iteration={"iterationId": "0e8f0bf5"})
        del little.items[4]
        store.pull(NOW + timedelta(days=1, hours=1))
        assert {key: each.sprint for key, each in store.tasks.items()} == {"1": "0e8f0bf5", "2": ""}


def test_a_project_that_the_token_may_not_see_is_said_in_githubs_words() -> None:
    errors = [{"type": "NOT_FOUND", "message": "Could not resolve to a ProjectV2 with the number 5."}]
    answer = as_json({"data": {"organization": {"projectV2": None}}, "errors": errors})
    with HostileServer(answer) as server, pytest.raises(ConnectorError, match="Could not resolve") as caught:
        TaskStore("github", server.url, "token", dict(OPTIONS)).pull(NOW)
    assert (caught.value.code, caught.value.permanent) == ("no_project", True)


@pytest.mark.parametrize("tells", [True, False])
def test_items_bring_what_comes_first_and_who_where_the_token_may_see_addresses(*, tells: bool) -> None:
    people = {"nodes": [{"login": "mia", "email": "mia@example.com"}, {"login": "max", "email": ""}]}
    before = {"blockedBy": {"nodes": [{"databaseId": 2}]}, "subIssues": {"nodes": [{"databaseId": 3}]}}
    little = LittleProject(item(1, content={**before, "assignees": people}), item(2))
    little.tells_addresses = tells
    if not tells:
        people["nodes"] = [{"login": each["login"]} for each in people["nodes"]]
    with HostileServer(little.answer) as server:
        store = TaskStore("github", server.url, "token", dict(OPTIONS))
        pages = store.pull(NOW)
    assert list(store.tasks["1"].blocked_by) == ["2", "3"] and list(store.tasks["2"].blocked_by) == []
    assert store.tasks["1"].assignee_email == ("mia@example.com" if tells else "")
    assert sum((Counter(each.unread) for each in pages), Counter()) == {"further assignees": 1}
