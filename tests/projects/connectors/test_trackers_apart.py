"""What one tracker does that no other does; what all do alike is in the contract."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from projects.connectors.base import ConnectorError
from projects.connectors.task_records import SprintRecord, TaskPage
from tests.projects.connectors.task_pulls import TaskStore
from tests.projects.connectors.test_tracker_contract import store_of
from tests.projects.little_trackers import LITTLE
from tests.servers.hostile import raw


def test_old_jira_servers_write_sprints_as_text() -> None:
    little = LITTLE["jira_server"]()
    little.load()
    with little.serve() as server:
        store = store_of(little, server)
        store.pull(little.now)
    expected = SprintRecord("37", "sprint 1, the first", date(2026, 9, 11), date(2026, 9, 20), is_closed=True)
    assert store.sprints == {"37": expected}
    assert (store.tasks["10002"].sprint, store.tasks["10002"].body) == ("37", "h2. Why\n*bold*")


def test_sprints_of_boards_are_read_by_themselves_and_long_histories_whole() -> None:
    little = LITTLE["jira"]()
    little.load()
    changelog = little.issues["10005"]["changelog"]
    whole, changelog["histories"], changelog["total"] = changelog["histories"], [], 1
    plain = little.found

    def found(path: str, params: dict[str, str]) -> Any:
        asked = path == "rest/api/3/issue/10005/changelog"
        return {"values": whole, "isLast": True} if asked else plain(path, params)

    little.found = found  # type: ignore[method-assign]
    with little.serve() as server:
        store = store_of(little, server, board_ids=["5"])
        store.pull(little.now)
    assert {each.name: each.is_closed for each in store.sprints.values()} == {
        "sprint 1": True,
        "sprint 2": False,
        "sprint 3": False,
    }
    assert [each.status for each in store.tasks["10005"].transitions or ()] == ["Done"]


def test_a_history_of_forty_changes_may_be_longer_than_a_search_of_jira_says() -> None:
    little = LITTLE["jira"]()
    little.load()
    changelog = little.issues["10005"]["changelog"]
    whole = [{**changelog["histories"][0], "id": str(number)} for number in range(41)]
    changelog |= {"histories": whole[:40], "total": 40, "maxResults": 40}
    plain = little.found

    def found(path: str, params: dict[str, str]) -> Any:
        if path != "rest/api/3/issue/10005/changelog":
            return plain(path, params)
        start = int(params["startAt"])
        return {"values": whole[start : start + 30], "isLast": start + 30 >= len(whole)}

    little.found = found  # type: ignore[method-assign]
    with little.serve() as server:
        store = store_of(little, server)
        store.pull(little.now)
    assert len(store.tasks["10005"].transitions or ()) == 41


def test_links_lead_to_the_site_of_jira_and_not_to_atlassians_gateway() -> None:
    little = LITTLE["jira"]()
    little.load()
    plain = little.found
    little.found = lambda path, params: plain(path.removeprefix("ex/jira/1a2b/"), params)  # type: ignore[method-assign]
    with little.serve() as server:
        store = TaskStore("jira", f"{server.url}/ex/jira/1a2b", little.secret, dict(little.options))
        store.pull(little.now)
    assert store.tasks["10002"].url == "https://your-domain.atlassian.net/browse/ED-1"


@pytest.mark.parametrize("status", [301, 404, 410])
def test_an_issue_that_goes_while_it_is_read_is_left_out_and_ends_no_pull(status: int) -> None:
    little = LITTLE["github"]()
    little.load()
    plain = little.found
    gone = raw(status, b'{"message": "Moved Permanently"}')
    little.found = lambda path, params: gone if path.endswith("1349/events") else plain(path, params)  # type: ignore[method-assign]
    with little.serve() as server:
        store = store_of(little, server)
        store.pull(little.now)
    assert set(store.tasks) == {"1", "4"}
    assert store.rejected["3"] == f"The task was left out: what belongs to it is not there ({status})."


def test_a_repository_that_was_renamed_is_said_in_words() -> None:
    little = LITTLE["github"]()
    little.before = [raw(301, b'{"message": "Moved Permanently"}')]
    with little.serve() as server, pytest.raises(ConnectorError, match="renamed or transferred") as caught:
        store_of(little, server).pull(little.now)
    assert (caught.value.code, caught.value.permanent) == ("redirect", True)


def test_a_limit_of_github_says_when_it_begins_anew() -> None:
    little = LITTLE["github"]()
    reset = str(int(time.time()) + 600)
    body = b'{"message": "API rate limit exceeded for user ID 1."}'
    little.before = [raw(403, body, X_RateLimit_Remaining="0", X_RateLimit_Reset=reset)]
    with little.serve() as server, pytest.raises(ConnectorError) as caught:
        store_of(little, server).pull(little.now)
    assert (caught.value.code, caught.value.permanent) == ("rate_limited", False)
    assert 590 <= (caught.value.retry_after or 0) <= 600


def test_iterations_of_gitlab_may_be_the_sprints() -> None:
    little = LITTLE["gitlab"]()
    little.load()
    little.issues["42"]["iteration"] = {"id": 54}
    with little.serve() as server:
        store = store_of(little, server, sprints="iterations")
        store.pull(little.now)
    assert store.tasks["42"].sprint == "iteration-54" and store.tasks["41"].sprint == ""
    assert [each.name for each in store.sprints.values()] == ["Iteration II", "2020-02-15 – 2020-02-28"]


def test_a_wrong_key_of_redmine_is_noticed_though_public_projects_answer() -> None:
    little = LITTLE["redmine"]()
    little.load()
    plain = little.found
    little.found = lambda path, params: None if path == "users/current.json" else plain(path, params)  # type: ignore[method-assign]
    with little.serve() as server:
        with pytest.raises(ConnectorError):
            store_of(little, server).pull(little.now)
        public = store_of(little, server, public=True)
        public.pull(little.now)
    assert len(public.tasks) == 3


def test_an_issue_of_github_waits_for_its_sub_issues() -> None:
    little = LITTLE["github"]()
    little.load()
    little.issues["4"]["sub_issues_summary"] = {"total": 2, "completed": 0, "percent_completed": 0}
    with little.serve() as server:
        store = store_of(little, server)
        store.pull(little.now)
    assert list(store.tasks["4"].blocked_by) == ["5", "1"]


def unread_of(pages: Iterable[TaskPage]) -> Counter[str]:
    """Return what pages say is not read."""
    return sum((Counter(each.unread) for each in pages), Counter())


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("github", {"comments": 4, "reactions": {"url": "https://x.example", "total_count": 2}, "locked": False}),
        ("gitlab", {"user_notes_count": 3, "health_status": "at_risk", "epic": {"id": 5}, "upvotes": 0}),
        ("redmine", {"assigned_to": {"id": 3, "name": "Mia"}, "parent": {"id": 12}, "spent_hours": 0.0}),
        ("jira", {"attachment": [{"id": "1"}], "components": []}),
    ],
)
def test_parts_that_hold_something_and_are_not_read_are_counted_and_named(kind: str, parts: dict[str, Any]) -> None:
    little = LITTLE[kind]()
    key = little.make(1)
    little.make(2)
    with little.serve() as server:
        before = unread_of(store_of(little, server).pull(little.now))
        issue = little.issues[key]
        for name in parts:
            (issue["fields"] if kind == "jira" else issue).pop(name, None)
        without = unread_of(store_of(little, server).pull(little.now))
        (issue["fields"] if kind == "jira" else issue).update(parts)
        found = unread_of(store_of(little, server).pull(little.now)) - without
    empty = {"locked", "upvotes", "spent_hours", "components"}
    assert found == dict.fromkeys(parts.keys() - empty, 1) and all(before.values())


def test_links_that_block_nothing_are_named_by_their_kind() -> None:
    jira, redmine = LITTLE["jira"](), LITTLE["redmine"]()
    relates = {"type": {"inward": "is cloned by", "outward": "clones"}, "outwardIssue": {"id": "10004"}}
    jira.issues[jira.make(1)]["fields"]["issuelinks"] = [relates]
    redmine.issues[redmine.make(1)]["relations"] = [{"issue_id": 1, "issue_to_id": 2, "relation_type": "relates"}]
    for little, name in ((jira, "link: clones"), (redmine, "relation: relates")):
        with little.serve() as server:
            assert unread_of(store_of(little, server).pull(little.now))[name] == 1


@pytest.mark.parametrize("kind", ["github", "gitlab", "redmine", "jira"])
def test_which_sprints_there_are_is_told_where_all_are_listed(kind: str) -> None:
    little = LITTLE[kind]()
    little.load()
    with little.serve() as server:
        store = store_of(little, server)
        last = store.pull(little.now)[-1]
    assert last.present_sprints == (None if kind == "jira" else sorted(store.sprints))
