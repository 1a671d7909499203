"""The connector against a real Redmine: what is pulled is what it has, as it changes, and tasks are opened in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from projects.connectors.base import ConnectorError
from projects.connectors.task_records import TaskOrder
from tests.projects.connectors.mlflow_pulls import client_of
from tests.projects.connectors.task_pulls import TaskStore, sent
from tests.servers.redmine import RedmineServer, Unavailable, serve

pytestmark = pytest.mark.slow
MARKER = "mltrack-0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def redmine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedmineServer]:
    """A Redmine with one project."""
    try:
        with serve(tmp_path_factory.mktemp("redmine") / "app") as server:
            yield server
    except Unavailable as reason:
        pytest.skip(str(reason))


def store_of(redmine: RedmineServer) -> TaskStore:
    options = {"project_ids": [redmine.project], "may_open_tasks": True, "present_seconds": 0, "page_size": 7}
    return TaskStore("redmine", redmine.url, redmine.key, options)


def same(store: TaskStore, redmine: RedmineServer) -> None:
    """Compare what is here with what Redmine itself lists."""
    shown = {key: (each.title, each.status, each.type, each.sprint) for key, each in store.tasks.items()}
    assert shown == {
        key: (
            each["subject"],
            each["status"]["name"],
            each["tracker"]["name"],
            str(each.get("fixed_version", {}).get("id", "")),
        )
        for key, each in redmine.issues().items()
    }


def test_issues_are_pulled_as_they_change_and_gone_ones_go(redmine: RedmineServer) -> None:
    version = redmine.call("POST", f"projects/{redmine.project}/versions.json", {"version": {"name": "Sprint 1"}})
    numbers = [redmine.create(subject=f"Work {each} <b>&amp;</b>") for each in range(18)]
    first = numbers[0]
    redmine.call("PUT", f"issues/{first}.json", {"issue": {"status_id": 2, "estimated_hours": 6.5}})
    redmine.call("PUT", f"issues/{first}.json", {"issue": {"fixed_version_id": version["version"]["id"]}})
    redmine.call(
        "POST", f"issues/{first}/relations.json", {"relation": {"issue_to_id": numbers[1], "relation_type": "blocks"}}
    )
    store, now = store_of(redmine), datetime.now(UTC)
    store.pull(now)
    same(store, redmine)
    task = store.tasks[first]
    assert (task.estimate, [each.status for each in task.transitions or ()]) == (6.5, ["In Progress"])
    assert [each.name for each in store.sprints.values()] == ["Sprint 1"]
    assert list(store.tasks[numbers[1]].blocked_by) == [first]
    redmine.call("PUT", f"issues/{numbers[2]}.json", {"issue": {"subject": "Renamed", "status_id": 5}})
    redmine.call("DELETE", f"issues/{numbers[3]}.json")
    assert numbers[2] in sent(store.pull(now + timedelta(minutes=1)))
    same(store, redmine)


def test_a_task_is_opened_once_ended_and_opened_again(redmine: RedmineServer) -> None:
    store, before = store_of(redmine), set(redmine.issues())
    order = TaskOrder(MARKER, "Accuracy <b>reaches</b> its target", ["Label 400 more.", MARKER])
    again = replace(order, tried_at=datetime.now(UTC))
    with client_of(redmine.url, auth=store.connector_type.auth_of("", redmine.key), timeout=120.0) as client:
        connector = store.connector_type(client, store.options)
        assert connector.find_task(again) is None
        opened = connector.create_task(order)
        assert connector.find_task(again) == connector.create_task(again) == opened
        assert set(redmine.issues()) - before == {opened.external_id}
        for is_open, status in ((False, "Closed"), (False, "Closed"), (True, "New")):
            connector.set_task_open(opened.place, is_open=is_open)
            assert redmine.issues()[opened.external_id]["status"]["name"] == status
        words, report = connector.list_words(), connector.test()
    assert words.statuses["New"] and report.visible == 1
    store.pull()
    assert MARKER in store.tasks[opened.external_id].body


def test_a_wrong_key_is_said_in_words(redmine: RedmineServer) -> None:
    store = store_of(redmine)
    store.secret = "0" * 40
    with pytest.raises(ConnectorError, match="refused") as caught:
        store.pull()
    assert (caught.value.code, caught.value.permanent) == ("unauthorized", True)
